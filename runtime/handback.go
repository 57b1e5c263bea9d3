package runtime

import (
	"context"
	"net/http"
	"reflect"
	"unsafe"
)

// shareTrailer lets copies of r have the trailers that follow the body: net/http
// puts them into r. If r has no map for them yet, it gets one here, which the
// copies share.
func shareTrailer(r *http.Request) {
	if r.Trailer == nil && r.ContentLength < 0 {
		r.Trailer = http.Header{}
	}
}

// handBack copies what the handler has changed in from, its copy of the
// request, to the request that came in. ctx is the context that the copy was
// made with.
//
// Code outside of the middleware has only the request that came in. There
// net/http looks for the multipart form, to remove its temporary files, and
// loggers and tracers look for the pattern that a mux inside has matched, and
// for the path's values. The path's values are in unexported fields, which only
// package unsafe can set.
//
// A field that has not changed is not written: a goroutine outside may be
// reading it.
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

// requestWords is the memory of an [http.Request], as words.
type requestWords [unsafe.Sizeof(http.Request{}) / wordSize]uintptr

// A requestField is a field of [http.Request].
type requestField struct {
	reflect.StructField
	first, end uintptr // its words: those from first on, before end
}

// of returns the field in r. It is made from the field's address, so that it
// can be set even if its name is not exported.
func (f *requestField) of(r *http.Request) reflect.Value {
	return reflect.NewAt(f.Type, unsafe.Add(unsafe.Pointer(r), f.Offset)).Elem()
}

// requestFields are the fields that handBack looks at. The trailer is not among
// them: only net/http changes it, and in the request that came in.
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
