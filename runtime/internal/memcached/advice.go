package memcached

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// A dialError is why there is no connection.
type dialError struct{ error }

func (e dialError) Unwrap() error { return e.error }

// A silentError is why a new connection ended before the server said anything.
type silentError struct{ error }

func (e silentError) Unwrap() error { return e.error }

// late returns the error of a call that ended in err because of its limit.
// reached is the context's error.
func late(err, reached error) error {
	_, dialling := errors.AsType[dialError](err)
	switch {
	case errors.Is(reached, context.Canceled):
		return reached
	case dialling:
		return fmt.Errorf("no connection in time: %w", reached)
	case errors.Is(err, reached): // it says what it has waited for
		return err
	}
	return fmt.Errorf("no answer in time: %w", reached)
}

// advised returns err with what to do about it, if it is known.
func advised(err error) error {
	if advice := advice(err); advice != "" {
		return fmt.Errorf("%w: %s", err, advice)
	}
	return err
}

func advice(err error) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && !lookup.IsTimeout {
		return "check the name, and the resolver of this machine"
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && record.Conn != nil {
		return "it does not speak TLS: start it with its option -Z, or leave Memcache.TLS nil"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificateAdvice(err)
	}
	if isAlert(err) {
		return alertAdvice(err)
	}
	_, dialling := errors.AsType[dialError](err)
	_, silent := errors.AsType[silentError](err)
	switch {
	case dialling && errors.Is(err, syscall.ECONNREFUSED), dialling && errors.Is(err, syscall.ENOENT):
		return "nothing listens there: is it running, and is that its address?"
	case silent && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return "it closed a new connection without a word, as a memcached with its option -Z does unless Memcache.TLS is set, or one that has just ended"
	}
	return ""
}

func certificateAdvice(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "set Memcache.TLS.RootCAs to the authority that has signed its certificate"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "use a name that its certificate has, or set Memcache.TLS.ServerName to one"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "renew its certificate, and compare the clocks"
	}
	return "see its certificate"
}

// isAlert tells whether err is an alert of a server of TLS.
func isAlert(err error) bool {
	alert, ok := errors.AsType[*net.OpError](err)
	return ok && alert.Op == "remote error"
}

// alertAdvice says what to do about an alert. It goes by its name in crypto/tls,
// which does not export alerts.
func alertAdvice(err error) string {
	alert, _ := errors.AsType[*net.OpError](err)
	switch alert.Err.Error() {
	case "tls: bad certificate", "tls: unknown certificate authority", "tls: certificate required":
		return "it wants a client's certificate that it knows: set Memcache.TLS.Certificates"
	case "tls: protocol version not supported":
		return "it speaks no version of TLS that Memcache.TLS allows"
	}
	return ""
}
