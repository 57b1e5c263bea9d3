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
	v := reflect.ValueOf(ctx)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f, ok := v.Elem().Type().FieldByName("Request")
	if !ok || len(f.Index) != 1 { // one of an embedded pointer, which may be nil
		return nil
	}
	r, _ := v.Elem().FieldByIndex(f.Index).Interface().(*http.Request)
	return r
}
