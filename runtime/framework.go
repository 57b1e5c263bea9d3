package runtime

import (
	"context"
	"net/http"
	"reflect"
)

// frameworkRequest returns the request that the context of a web framework
// holds, such as a *gin.Context, or nil. By default that does not hand on the
// values of its request's context.
func frameworkRequest(ctx context.Context) *http.Request {
	r, _ := fieldOf(ctx, "Request").(*http.Request)
	return r
}

// wroteAround tells whether the header has left through w or a writer below it,
// although none of ours let it pass. Writers of web frameworks tell that, by a
// method or by a field.
func wroteAround(w http.ResponseWriter) bool {
	for range maxWriters {
		switch teller := w.(type) {
		case interface{ Written() bool }:
			if teller.Written() {
				return true
			}
		case interface{ Committed() bool }:
			if teller.Committed() {
				return true
			}
		default:
			if committed, _ := fieldOf(w, "Committed").(bool); committed {
				return true
			}
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// fieldOf returns the exported field of that name in the struct that v points
// to, nil if there is none.
func fieldOf(v any, name string) any {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		return nil
	}
	f, ok := p.Type().Elem().FieldByName(name)
	if !ok || !f.IsExported() || len(f.Index) != 1 {
		return nil
	}
	return p.Elem().FieldByIndex(f.Index).Interface()
}
