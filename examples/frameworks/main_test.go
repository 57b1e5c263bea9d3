package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
)

func TestEachServerOfTheListKeepsTheSessionOfItsClient(t *testing.T) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var serving sync.WaitGroup
			serving.Go(func() {
				if err := run(server, l); err != nil && !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
			})
			t.Cleanup(func() {
				l.Close()
				serving.Wait()
			})
			transport := &http.Transport{Protocols: new(http.Protocols)}
			transport.Protocols.SetHTTP1(true)
			t.Cleanup(transport.CloseIdleConnections)
			b := newBrowser(t, "http://"+l.Addr().String(), transport, "session")

			switch server.name {
			case "grpc":
				c := newGRPCClient(t, l.Addr())
				c.front("Visit 1 of a stranger.\n", 1)
				c.front("Visit 2 of a stranger.\n", 0)
			case "connect":
				caller{b, nil}.front("Visit 1 of a stranger.\n", 1)
				caller{b, nil}.front("Visit 2 of a stranger.\n", 0)
				transport := &http.Transport{Protocols: new(http.Protocols)}
				transport.Protocols.SetUnencryptedHTTP2(true)
				t.Cleanup(transport.CloseIdleConnections)
				b.client.Transport = transport
				caller{b, []connect.ClientOption{connect.WithGRPC()}}.front("Visit 3 of a stranger.\n", 0)
			default:
				first := b.get("/")
				first.wantStatus(t, http.StatusOK)
				first.wantCookies(t, 1)
				second := b.get("/")
				second.wantStatus(t, http.StatusOK)
				second.wantCookies(t, 0)
			}
		})
	}
}

// asMain is the environment variable that makes the test binary the program.
const asMain = "SESSIONGEN_FRAMEWORKS_MAIN"

func TestWithoutANameTheProgramListsTheServers(t *testing.T) {
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), asMain+"=1")
	output, err := program.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); !failed {
		t.Errorf("it ended with %v", err)
	}
	for _, server := range servers {
		if !strings.Contains(string(output), "\t"+server.name+"\n") {
			t.Errorf("%s is not in the list:\n%s", server.name, output)
		}
	}
}
