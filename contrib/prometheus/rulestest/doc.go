// Package rulestest loads the alerts and the dashboard of contrib/prometheus as
// Prometheus and Grafana do, and has each alert fire on what real sessions show.
//
// It is a module of its own, because nothing else needs Prometheus itself, which takes
// minutes to build.
package rulestest
