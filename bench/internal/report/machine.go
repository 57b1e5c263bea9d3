package report

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/sessiongen/sessiongen/bench/internal/memcached"
)

// Machine says what the figures were taken on.
type Machine struct {
	CPU       string `json:"cpu"`
	Cores     int    `json:"cores"`
	OS        string `json:"os"`
	Go        string `json:"go"`
	Memcached string `json:"memcached"`
	Valkey    string `json:"valkey,omitempty"` // or a Redis, if one was measured
}

// ThisMachine describes the machine that runs this.
func ThisMachine() (Machine, error) {
	version, err := memcached.Version()
	if err != nil {
		return Machine{}, fmt.Errorf("the benchmark needs memcached: %w", err)
	}
	return Machine{
		CPU:       field("/proc/cpuinfo", "model name", ":", runtime.GOARCH),
		Cores:     runtime.NumCPU(),
		OS:        field("/etc/os-release", "PRETTY_NAME", "=", runtime.GOOS) + ", Linux " + kernel(),
		Go:        runtime.Version(),
		Memcached: version,
	}, nil
}

// field returns the first value of this name in a file of names and values, or
// the default if there is none.
func field(file, name, separator, otherwise string) string {
	data, _ := os.ReadFile(file)
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(line, separator)
		if strings.TrimSpace(key) == name {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return otherwise
}

func kernel() string {
	data, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	version, _, _ := strings.Cut(strings.TrimSpace(string(data)), "-") // the rest names a build of it
	return version
}

// Version returns the version of a module that this program is built with.
func Version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, dep := range info.Deps {
		if dep.Path != module {
			continue
		}
		if dep.Replace != nil {
			return "of this checkout"
		}
		return dep.Version
	}
	return ""
}
