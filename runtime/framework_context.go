package runtime

import (
	"context"
	"net/http"
	"reflect"
)

// frameworkRequest returns the request in the field Request of a web
// framework's context, such as a *gin.Context, or nil. By default such a
// context does not have the values of the request's context.
func frameworkRequest(ctx context.Context) *http.Request {
	v := reflect.ValueOf(ctx)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f, ok := v.Elem().Type().FieldByName("Request")
	if !ok || len(f.Index) != 1 { // a field of an embedded pointer, which may be nil
		return nil
	}
	r, _ := v.Elem().FieldByIndex(f.Index).Interface().(*http.Request)
	return r
}
