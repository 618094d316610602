package door

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

// grace is how long an answer that has begun may take when the server ends.
const grace = 3 * time.Second

// Serve answers on l with h until ctx ends, and closes l. Requests have a context that ends with ctx, so that a stream of
// events must end with it; what else is being answered has three seconds. What goes wrong with single connections is told
// to tell, nil for nobody. Serve returns no error after ctx has ended.
//
// A request has no longer than five seconds for its headers, which are 32 KiB at most. Its body may take any time and size,
// and so may an answer: uploads and streams are bounded where they are read and written.
func Serve(ctx context.Context, l net.Listener, h http.Handler, tell func(text string)) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		MaxHeaderBytes:    32 << 10,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(lines(tell), "", 0),
		// net/http would answer OPTIONS * itself, whoever asks.
		DisableGeneralOptionsHandler: true,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if server.Shutdown(short) != nil {
		_ = server.Close() // the listener is closed already, and connections that are cut have no more to say
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// lines is told what net/http writes to its log.
type lines func(text string)

func (tell lines) Write(line []byte) (int, error) {
	if tell != nil {
		tell(strings.TrimRight(string(line), "\n"))
	}
	return len(line), nil
}
