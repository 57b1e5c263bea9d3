package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	const local = "127.0.0.1:8080"
	cases := []struct {
		name string
		args string
		env  map[string]string
		want options
	}{
		{"nothing", "", nil, options{addr: local}},
		{"addr", "-addr :80", nil, options{addr: ":80"}},
		{"PORT", "", map[string]string{"PORT": "9000"}, options{addr: ":9000"}},
		{"addr and PORT", "-addr 127.0.0.1:80", map[string]string{"PORT": "9000"}, options{addr: "127.0.0.1:80"}},
		{"the default addr and PORT", "-addr " + local, map[string]string{"PORT": "9000"}, options{addr: local}},
		{"memcached", "-memcached a:1", nil, options{addr: local, memcached: []string{"a:1"}}},
		{"several", "-memcached a:1,b:2", nil, options{addr: local, memcached: []string{"a:1", "b:2"}}},
		{"loosely written", "", map[string]string{"MEMCACHED_SERVERS": " a:1, b:2,"}, options{addr: local, memcached: []string{"a:1", "b:2"}}},
		{"MEMCACHED_SERVERS", "", map[string]string{"MEMCACHED_SERVERS": "c:3"}, options{addr: local, memcached: []string{"c:3"}}},
		{"memcached and MEMCACHED_SERVERS", "-memcached a:1", map[string]string{"MEMCACHED_SERVERS": "c:3"}, options{addr: local, memcached: []string{"a:1"}}},
		{"no memcached and MEMCACHED_SERVERS", "-memcached=", map[string]string{"MEMCACHED_SERVERS": "c:3"}, options{addr: local}},
		{"keys", "-keys k", nil, options{addr: local, keys: "k"}},
		{"SESSION_KEYS_FILE", "", map[string]string{"SESSION_KEYS_FILE": "e"}, options{addr: local, keys: "e"}},
		{"keys and SESSION_KEYS_FILE", "-keys k", map[string]string{"SESSION_KEYS_FILE": "e"}, options{addr: local, keys: "k"}},
		{"no keys and SESSION_KEYS_FILE", "-keys=", map[string]string{"SESSION_KEYS_FILE": "e"}, options{addr: local}},
		{"insecure", "-insecure", nil, options{addr: local, insecure: true}},
		{"inspect", "-inspect", nil, options{addr: local, inspect: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			getenv := func(name string) string { return c.env[name] }
			got, err := parseOptions(strings.Fields(c.args), getenv, t.Output())
			if err != nil {
				t.Fatal(err)
			}
			if len(got.memcached) == 0 {
				got.memcached = nil
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestBadUsageIsExplainedWithStatus2(t *testing.T) {
	for args, want := range map[string]string{
		"-adr :80":        "flag provided but not defined: -adr",
		"surprise":        `unexpected argument "surprise"`,
		"-insecure=maybe": "invalid boolean value",
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), strings.Fields(args), noEnv, &stdout, &stderr)
		if status != 2 || !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: status %d, stdout %q, stderr %q", args, status, &stdout, &stderr)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"-h"}, noEnv, &stdout, &stderr); status != 0 || !strings.Contains(stderr.String(), "-memcached") {
		t.Errorf("status %d, stderr %q", status, &stderr)
	}
}

func noEnv(string) string { return "" }
