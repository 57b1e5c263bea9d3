package runtime

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestContextsOfThisPackageArePrintedWithoutWhatIsInThem(t *testing.T) {
	r := &request{Context: t.Context(), cookie: &http.Cookie{Value: "SECRET"}, session: &Session{vault: sealed.Vault{Key: "SECRET"}}}
	for _, ctx := range []context.Context{r, detached{r}, operation.Begin(r), operation.Begin(detached{r})} {
		for _, verb := range []string{"%v", "%+v", "%s"} {
			if text := fmt.Sprintf(verb, ctx); strings.Contains(text, "SECRET") || !strings.Contains(text, "WithSession") {
				t.Errorf("%T is printed as %s", ctx, text)
			}
		}
	}
}

// Each HTTP request allocates one request, with the handler's http.Request in it.
// A larger one would take the next size class.
func TestRequestTakesNoMoreThan576Bytes(t *testing.T) {
	if size := unsafe.Sizeof(request{}); size > 576 {
		t.Errorf("%d bytes", size)
	}
}

// Handlers have the request as their context.
func TestContextOfAHandlerOffersNothingButAContext(t *testing.T) {
	r := reflect.TypeFor[*request]()
	for i := range r.NumMethod() {
		switch name := r.Method(i).Name; name {
		case "Deadline", "Done", "Err", "Value", "String":
		default:
			t.Errorf("a handler could call %s", name)
		}
	}
}
