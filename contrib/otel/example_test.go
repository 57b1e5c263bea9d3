package otelsession_test

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	otelsession "github.com/sessiongen/sessiongen/contrib/otel"
	"github.com/sessiongen/sessiongen/runtime"
)

func Example() {
	_, err := traced(http.NewServeMux())
	if err != nil {
		panic(err)
	}
	// Output:
}

func traced(mux *http.ServeMux) (http.Handler, error) {
	config := runtime.Config{Store: runtime.NewMemcache("127.0.0.1:11211")}
	if err := otelsession.Instrument(&config); err != nil {
		return nil, err
	}
	sessions, err := NewSessions(config)
	if err != nil {
		return nil, err
	}
	if _, err := otelsession.Observe(sessions); err != nil {
		return nil, err
	}
	return otelhttp.NewHandler(sessions.Middleware(mux), "shop"), nil
}
