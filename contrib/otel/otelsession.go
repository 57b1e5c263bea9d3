// Package otelsession shows OpenTelemetry what the sessions that sessiongen generates
// do.
//
//	config := runtime.Config{Store: runtime.NewMemcache("127.0.0.1:11211")}
//	if err := otelsession.Instrument(&config); err != nil {
//		log.Fatal(err)
//	}
//	sessions, err := NewSessions(config)
//	...
//	registration, err := otelsession.Observe(sessions)
//	...
//	handler := otelhttp.NewHandler(sessions.Middleware(mux), "shop")
//
// [Instrument] makes a span of each call of the store, under the span of the request,
// and counts how long it took, in the metric db.client.operation.duration. [Observe]
// adds the figures of runtime.Stats. Attributes follow the semantic conventions for
// databases, version 1.43. None of them, and no name, has the id of a session, a key,
// a value or the text of an error in it.
package otelsession

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/sessiongen/sessiongen/runtime"
)

const scope = "github.com/sessiongen/sessiongen/contrib/otel"

// An Option changes what Instrument and Observe do.
type Option func(*options)

type options struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	system  string
}

// WithTracerProvider says where the spans go. Default: [otel.GetTracerProvider].
func WithTracerProvider(p trace.TracerProvider) Option { return func(o *options) { o.tracers = p } }

// WithMeterProvider says where the metrics go. Default: [otel.GetMeterProvider].
func WithMeterProvider(p metric.MeterProvider) Option { return func(o *options) { o.meters = p } }

// WithSystem names the database for the attribute db.system.name, such as "redis" or
// "valkey". Default: "memcached" if the Store is a runtime.Memcache, "memory" if it is a
// runtime.Memory, and "other".
func WithSystem(name string) Option { return func(o *options) { o.system = name } }

func read(opts []Option) options {
	o := options{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, set := range opts {
		set(&o)
	}
	return o
}

// Instrument adds spans and the metric db.client.operation.duration to a
// configuration, before the sessions are made of it. It keeps the OnCall that the
// configuration has.
//
// A call of the store has a span if its context has one: that of the request, where
// the handler of otelhttp, or its like, is around the Middleware of the sessions, or
// within it. Calls that belong to no trace, such as those of a job, are counted and
// have no span.
//
// Calls with several items are batches in the terms of the conventions: BATCH add is
// one call that adds several items. But a get of several keys is one get.
// db.namespace is the Namespace of the configuration. server.address and server.port
// are those of the memcached, or not set if the Store is another one.
//
// It fails if the meter does.
func Instrument(config *runtime.Config, opts ...Option) error {
	o := read(opts)
	if o.system == "" {
		o.system = systemOf(config.Store)
	}
	// The boundaries are those that the conventions advise.
	duration, err := dbconv.NewClientOperationDuration(o.meters.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL)),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	if err != nil {
		return err
	}
	i := &instrument{
		earlier:  config.OnCall,
		tracer:   o.tracers.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL)),
		duration: duration,
		system:   semconv.DBSystemNameKey.String(o.system),
	}
	config.OnCall = i.onCall
	return nil
}

// systemOf returns the name of the database, if the store is one of runtime's.
func systemOf(store runtime.Store) string {
	switch store.(type) {
	case *runtime.Memcache:
		return "memcached"
	case *runtime.Memory:
		return "memory"
	}
	return "other"
}

// An instrument is what Instrument has made of one configuration.
type instrument struct {
	earlier  func(context.Context, runtime.Call) (context.Context, func(error)) // may be nil
	tracer   trace.Tracer
	duration dbconv.ClientOperationDuration
	system   attribute.KeyValue
	sets     sync.Map // of the attributes, by outcome; there are few
}

// An outcome is all that the attributes of the metric depend on.
type outcome struct{ operation, namespace, server, failure string }

func (i *instrument) onCall(ctx context.Context, call runtime.Call) (context.Context, func(error)) {
	within, done := i.before(ctx, call)
	of := outcome{operation: string(call.Op), namespace: call.Namespace, server: call.Server}
	if isBatch(call) {
		of.operation = "BATCH " + of.operation
	}
	var span trace.Span
	if trace.SpanContextFromContext(within).IsValid() {
		within, span = i.start(within, of, call)
	}
	began := time.Now()
	return within, func(err error) {
		took := time.Since(began)
		of.failure = failureOf(err)
		i.duration.RecordSet(within, took.Seconds(), i.set(of))
		if span != nil {
			if of.failure != "" {
				span.SetStatus(codes.Error, of.failure)
				span.SetAttributes(semconv.ErrorTypeKey.String(of.failure))
			}
			span.End()
		}
		if done != nil {
			done(err)
		}
	}
}

// before calls the OnCall that the configuration had.
func (i *instrument) before(ctx context.Context, call runtime.Call) (within context.Context, done func(error)) {
	if i.earlier == nil {
		return ctx, nil
	}
	if within, done = i.earlier(ctx, call); within == nil {
		within = ctx
	}
	return within, done
}

// isBatch tells whether a call is a batch in the terms of the conventions.
func isBatch(call runtime.Call) bool { return call.Keys > 1 && call.Op != runtime.OpGet }

// start starts the span of a call.
func (i *instrument) start(ctx context.Context, of outcome, call runtime.Call) (context.Context, trace.Span) {
	attributes := i.attributes(of)
	if isBatch(call) {
		attributes = append(attributes, semconv.DBOperationBatchSize(call.Keys))
	}
	return i.tracer.Start(ctx, of.operation+" "+of.namespace, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
}

// set returns the attributes of the metric.
func (i *instrument) set(of outcome) attribute.Set {
	if set, ok := i.sets.Load(of); ok {
		return set.(attribute.Set)
	}
	set := attribute.NewSet(i.attributes(of)...)
	i.sets.Store(of, set)
	return set
}

func (i *instrument) attributes(of outcome) []attribute.KeyValue {
	all := append(make([]attribute.KeyValue, 0, 7), i.system,
		semconv.DBOperationName(of.operation), semconv.DBNamespace(of.namespace))
	if of.failure != "" {
		all = append(all, semconv.ErrorTypeKey.String(of.failure))
	}
	if of.server == "" {
		return all
	}
	host, port, err := net.SplitHostPort(of.server)
	number, wrong := strconv.Atoi(port)
	if err != nil || wrong != nil {
		return append(all, semconv.ServerAddress(of.server)) // a unix socket
	}
	return append(all, semconv.ServerAddress(host), semconv.ServerPort(number))
}
