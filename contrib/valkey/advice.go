package valkeysession

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// A connectError is why no client could be made: it makes its first connection then.
type connectError struct{ error }

func (e connectError) Unwrap() error { return e.error }

// connecting returns err as one of making the client. Answers of the server stay what
// they are.
func connecting(err error) error {
	if kindOf(err) != "" {
		return err
	}
	return connectError{err}
}

// noTLS is what to do where a server does not speak TLS.
const noTLS = "it does not speak TLS: give the address of its tls-port, or leave ClientOption.TLSConfig nil"

// late returns the error of a call that ended in err because of its limit. reached is
// the context's error.
func (s *Store) late(err, reached error) error {
	_, connecting := errors.AsType[connectError](err)
	switch {
	case errors.Is(reached, context.Canceled):
		return reached
	case connecting:
		return fmt.Errorf("%s: %w", s.noConnection(), reached)
	}
	return fmt.Errorf("no answer in time: %w", reached)
}

// noConnection says that there is no connection in time. A server without TLS waits
// for the rest of what it takes for a command.
func (s *Store) noConnection() string {
	if s.link.options.TLSConfig != nil {
		return "no connection in time, or " + noTLS
	}
	return "no connection in time"
}

// wantsCertificate is what to do where a server closes a connection of TLS. It may do so
// before the client reads why.
const wantsCertificate = "it may want a client's certificate that it knows: set ClientOption.TLSConfig.Certificates, or its tls-auth-clients to no"

// advised returns err with what to do about it, if it is known.
func (s *Store) advised(err error) error {
	if advice := s.advice(err); advice != "" {
		return fmt.Errorf("%w: %s", err, advice)
	}
	return err
}

func (s *Store) advice(err error) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && !lookup.IsTimeout {
		return "check the name, and the resolver of this machine"
	}
	if address, ok := errors.AsType[*net.AddrError](err); ok && address.Err == "missing port in address" {
		return "give ClientOption.InitAddress the port, too"
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && record.Conn != nil {
		return noTLS
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificateAdvice(err)
	}
	if alert, ok := errors.AsType[*net.OpError](err); ok && alert.Op == "remote error" {
		return alertAdvice(alert.Err.Error())
	}
	_, first := errors.AsType[connectError](err)
	closed := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return "nothing listens there: is it running, and is that its address?"
	case first && closed && s.link.options.TLSConfig != nil:
		return wantsCertificate
	case first && closed:
		return "it closed a new connection without a word, as it does at its tls-port unless ClientOption.TLSConfig is set, or when it has just ended"
	}
	return protocolAdvice(err)
}

func certificateAdvice(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "set ClientOption.TLSConfig.RootCAs to the authority that has signed its certificate"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "use a name that its certificate has, or set ClientOption.TLSConfig.ServerName to one"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "renew its certificate, and compare the clocks"
	}
	return "see its certificate"
}

// alertAdvice says what to do about an alert of TLS. It goes by its name in
// crypto/tls, which does not export alerts.
func alertAdvice(name string) string {
	switch name {
	case "tls: bad certificate", "tls: unknown certificate authority", "tls: certificate required":
		return wantsCertificate
	case "tls: protocol version not supported":
		return "it speaks no version of TLS that ClientOption.TLSConfig allows: see its tls-protocols"
	}
	return ""
}

// unknownType is what the client's error begins with where an answer is not of the
// protocol. The first byte of the answer follows, as a number.
const unknownType = "received unknown message type: "

func protocolAdvice(err error) string {
	_, first, ok := strings.Cut(err.Error(), unknownType)
	switch {
	case !ok:
		return ""
	case first == "69": // ERROR
		return "that is not Valkey's protocol, but memcached's: check ClientOption.InitAddress, or use runtime.NewMemcache"
	case first == "72": // HTTP/1.1
		return "that is not Valkey's protocol, but HTTP: check ClientOption.InitAddress"
	}
	return "that is not Valkey's protocol: check ClientOption.InitAddress"
}
