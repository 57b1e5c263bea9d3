package runtime

import (
	"context"
	"net/http"
	"reflect"
	"unsafe"
)

// withContext returns a copy of the request that came in with another context,
// for the handler.
//
// What net/http learns while the body is read, it puts into the trailer of the
// original, which may have no map for it yet that both could share.
func withContext(ctx context.Context, r *http.Request) *http.Request {
	if r.Trailer == nil && r.ContentLength < 0 {
		r.Trailer = http.Header{}
	}
	return r.WithContext(ctx)
}

// handBack sets in the request that came in what the handler has changed in its
// copy, which had the context ctx. net/http removes the temporary files of a
// multipart form that it finds in its own request, and loggers and tracers
// outside look there for the pattern that a mux inside has matched, and for the
// path's values, which are in fields that are net/http's alone.
//
// Only those fields are written that differ: somebody outside may be reading the
// others.
func handBack(to, from *http.Request, ctx context.Context) {
	was, is := (*requestWords)(unsafe.Pointer(to)), (*requestWords)(unsafe.Pointer(from))
	for i := range requestFields.shared {
		f := &requestFields.shared[i]
		for w := f.first; w < f.end; w++ {
			if was[w] != is[w] {
				f.of(to).Set(f.of(from))
				break
			}
		}
	}
	if from.Context() != ctx {
		requestFields.context.of(to).Set(requestFields.context.of(from))
	}
}

const wordSize = unsafe.Sizeof(uintptr(0))

// requestWords is an [http.Request] as words.
type requestWords [unsafe.Sizeof(http.Request{}) / wordSize]uintptr

// A requestField is a field of [http.Request].
type requestField struct {
	reflect.StructField
	first, end uintptr // its words
}

// of returns the field in r. By its address it can be set even if its name is
// not exported.
func (f *requestField) of(r *http.Request) reflect.Value {
	return reflect.NewAt(f.Type, unsafe.Add(unsafe.Pointer(r), f.Offset)).Elem()
}

// requestFields are the fields that a handler may change. Of those that the
// copy has in common with the original, the trailer is net/http's.
var requestFields = func() (fields struct {
	shared  []requestField
	context requestField
}) {
	t := reflect.TypeFor[http.Request]()
	for i := range t.NumField() {
		f := t.Field(i)
		field := requestField{f, f.Offset / wordSize, (f.Offset + f.Type.Size() + wordSize - 1) / wordSize}
		switch {
		case f.Type == reflect.TypeFor[context.Context]():
			fields.context = field
		case f.Name != "Trailer":
			fields.shared = append(fields.shared, field)
		}
	}
	return fields
}()
