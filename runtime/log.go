package runtime

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	goruntime "runtime"
	"strings"
	"sync/atomic"
	"time"
)

// log writes a line about the request r, or about no request if r is nil.
func (e *engine) log(ctx context.Context, r *request, level slog.Level, text string, attrs ...slog.Attr) {
	if r == nil {
		e.logRequest(ctx, nil, level, text, attrs...)
	} else {
		e.logRequest(ctx, &r.http, level, text, attrs...)
	}
}

// logRequest writes a line, with the method and the path of r unless r is nil.
// ctx is for the Logger's Handler, which may find trace ids there.
func (e *engine) logRequest(ctx context.Context, r *http.Request, level slog.Level, text string, attrs ...slog.Attr) {
	logger := e.logger()
	if !logger.Enabled(ctx, level) {
		return
	}
	if r != nil {
		attrs = append(attrs, slog.String("method", r.Method))
		if r.URL != nil {
			attrs = append(attrs, slog.String("path", r.URL.Path))
		}
	}
	logger.LogAttrs(ctx, level, text, attrs...)
}

// logger returns the Logger. The default is looked up at every call, because
// managers are often made before the app sets a default of its own.
func (e *engine) logger() *slog.Logger {
	if e.config.Logger != nil {
		return e.config.Logger
	}
	return slog.Default()
}

// caller returns the place that has called the From of generated code. Nothing
// else tells which handler lacks its middleware.
func caller() string {
	var pcs [16]uintptr
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(1, pcs[:])])
	frame, more := frames.Next()
	own := strings.TrimSuffix(frame.Function, "caller")
	for more {
		frame, more = frames.Next()
		if !strings.HasPrefix(frame.Function, own) && !strings.HasSuffix(frame.Function, ").From") {
			return fmt.Sprintf("%s:%d", frame.File, frame.Line)
		}
	}
	return ""
}

// throttles keep the log from having the same line for every request.
type throttles struct {
	noMiddleware, failed, lost, answered, shared throttle
	ambiguous, plainHTTP                         atomic.Bool // the line was logged
}

// A throttle lets at most one line pass in a second.
type throttle struct{ last atomic.Int64 }

func (t *throttle) allow(now time.Time) bool {
	last := t.last.Load()
	since := time.Duration(now.UnixNano() - last)
	// A clock that was set back must not suppress the lines.
	return (since >= time.Second || since < 0) && t.last.CompareAndSwap(last, now.UnixNano())
}
