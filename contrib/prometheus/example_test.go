package promsession_test

import (
	"log"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	promsession "github.com/sessiongen/sessiongen/contrib/prometheus"
	"github.com/sessiongen/sessiongen/runtime"
)

func ExampleNewCollector() {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		log.Fatal(err)
	}
	metrics(sessions)
	// Output:
}

func metrics(sessions *Sessions) {
	prometheus.MustRegister(promsession.NewCollector(sessions))
	http.Handle("GET /metrics", promhttp.Handler())
}
