// Package keyring remembers tokens where the system keeps the passwords of a person: the Keychain of macOS, the Credential
// Manager of Windows, and the Secret Service of a desktop on Linux and the BSDs.
//
//	k := keyring.New(keyring.Surroundings{System: runtime.GOOS, Lookup: os.LookupEnv})
//	err := k.Remember(ctx, "https://api-us.cybedefend.com", token)
//	token, err = k.Recall(ctx, "https://api-us.cybedefend.com") // empty where none is remembered
//
// Where there is no keyring, the error says why, and nothing weaker takes its place. A keyring may ask the person to unlock
// it, who may not be there: every call ends within [Patience], and what was asked goes on without us.
package keyring

import (
	"context"
	"errors"
	"os"
	"os/user"
	"strings"
	"time"

	keyrings "github.com/zalando/go-keyring"

	"rollcall/pkg/secret"
)

// Patience is how long a call takes at most: a person may have to type a password.
const Patience = 30 * time.Second

// program is the name under which the keyring shows what it keeps.
const program = "rollcall"

// Reason says why the keyring cannot be used.
type Reason int

// The reasons.
const (
	Other     Reason = iota // for one that has no name here
	NoSession               // nobody is logged in at a desktop, as with cron, ssh or a container
	NoService               // the desktop has no program that keeps secrets
	WSL                     // Linux runs within Windows, which has its keyring outside
	Locked                  // it was not unlocked
	Silent                  // it has not answered in time
	TooLong                 // it takes no token of that length
)

// Error says why the keyring cannot be used. Match its Reason.
type Error struct {
	Reason Reason
	// Err is what the system says, nil if it was not asked.
	Err error
}

func (e *Error) Error() string {
	switch e.Reason {
	case NoSession:
		return "there is no keyring outside a desktop session, as with ssh, cron or a container"
	case NoService:
		return "this desktop has no keyring: it needs a Secret Service, such as that of gnome-keyring, KWallet or KeePassXC"
	case WSL:
		return "there is no keyring in WSL: that of Windows is outside"
	case Locked:
		return "the keyring is locked, and was not unlocked"
	case Silent:
		return "the keyring does not answer: it may be waiting to be unlocked"
	case TooLong:
		return "the keyring takes no token of that length"
	default:
		return "the keyring cannot be used: " + e.Err.Error()
	}
}

// Unwrap returns what the system says.
func (e *Error) Unwrap() error { return e.Err }

// Surroundings are what a keyring depends on. System and Lookup are required.
type Surroundings struct {
	// System is the operating system, as in runtime.GOOS.
	System string
	// Lookup returns an environment variable.
	Lookup func(name string) (value string, ok bool)
	// Exists reports whether a file is there. Nil looks there.
	Exists func(path string) bool
}

// Keyring is that of the person who runs the program. It is safe for concurrent use.
type Keyring struct{ s Surroundings }

// New returns the keyring. It asks nobody yet.
func New(s Surroundings) *Keyring {
	if s.Exists == nil {
		s.Exists = func(path string) bool { _, err := os.Stat(path); return err == nil }
	}
	return &Keyring{s}
}

// Check returns an [*Error] if there can be no keyring, without asking for one.
func (k *Keyring) Check() error {
	if k.s.System == "darwin" || k.s.System == "windows" {
		return nil
	}
	// Where no bus is found, the library would start one, for a keyring that nobody could unlock.
	if bus, _ := k.s.Lookup("DBUS_SESSION_BUS_ADDRESS"); bus != "" && !strings.HasPrefix(bus, "autolaunch:") {
		return nil
	}
	if self, err := user.Current(); err == nil && k.s.Exists("/run/user/"+self.Uid+"/bus") {
		return nil
	}
	return &Error{Reason: k.orWSL(NoSession)}
}

// orWSL returns the reason, or that Linux runs within Windows.
func (k *Keyring) orWSL(reason Reason) Reason {
	for _, name := range []string{"WSL_DISTRO_NAME", "WSL_INTEROP"} {
		if value, _ := k.s.Lookup(name); value != "" {
			return WSL
		}
	}
	return reason
}

// Remember keeps the token for the service at an address, in place of an earlier one.
func (k *Keyring) Remember(ctx context.Context, service string, token secret.Text) error {
	_, err := k.ask(ctx, func() (string, error) { return "", keyrings.Set(program, service, token.Reveal()) })
	return err
}

// Recall returns the token for the service at an address, empty if none is remembered.
func (k *Keyring) Recall(ctx context.Context, service string) (secret.Text, error) {
	token, err := k.ask(ctx, func() (string, error) { return keyrings.Get(program, service) })
	return secret.New(token), err
}

// Last is [Keyring.Recall] for who has asked for no keyring: that there is none is no error, but that it stays locked is.
func (k *Keyring) Last(ctx context.Context, service string) (secret.Text, error) {
	token, err := k.Recall(ctx, service)
	if known, ok := errors.AsType[*Error](err); ok && known.Reason != Locked && known.Reason != Silent {
		err = nil
	}
	return token, err
}

// Forget forgets the token for the service at an address. It is no error if none is remembered.
func (k *Keyring) Forget(ctx context.Context, service string) error {
	_, err := k.ask(ctx, func() (string, error) { return "", keyrings.Delete(program, service) })
	return err
}

// ask asks the keyring, no longer than one may wait for it.
func (k *Keyring) ask(ctx context.Context, question func() (string, error)) (string, error) {
	if err := k.Check(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, Patience, &Error{Reason: Silent})
	defer cancel()
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // nobody can end a question, so it is left behind if it takes too long
		text, err := question()
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		return a.text, k.explain(a.err)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// explain returns why a question has failed.
func (k *Keyring) explain(err error) error {
	switch {
	case err == nil, errors.Is(err, keyrings.ErrNotFound):
		return nil
	case errors.Is(err, keyrings.ErrSetDataTooBig):
		return &Error{TooLong, err}
	}
	says := func(texts ...string) bool {
		for _, text := range texts {
			if strings.Contains(err.Error(), text) {
				return true
			}
		}
		return false
	}
	switch {
	case says("failed to unlock", "IsLocked", "Cannot create an item in a locked collection", "exit status 36", "exit status 128"): // the last two are of macOS, where nobody may be asked or has said no
		return &Error{Locked, err}
	case says("org.freedesktop.secrets was not provided", "ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", "/org/freedesktop/secrets"):
		return &Error{k.orWSL(NoService), err}
	case says("dial unix", "connect:", "session bus"):
		return &Error{k.orWSL(NoSession), err}
	}
	return &Error{Other, err}
}
