// Package opening shows a page to the person who has started a program: it decides from the environment whether a browser
// can be opened where that person sits, and opens it.
//
//	way := opening.Decide(opening.Surroundings{System: runtime.GOOS, Lookup: os.LookupEnv})
//	fmt.Println(strings.Join(way.Lead("127.0.0.1:4321"), "\n"), address)
//	way.Open(address, os.Environ(), func(err error) { … }) // at once; it does nothing where it shouldn't
//
// It promises never to wait for a browser, to let it print nothing, and to keep the keys that end the program from ending
// the browser as well. Whether a page was seen, it cannot know: show the address as well, always.
package opening

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Reason says why no browser is opened.
type Reason int

// The reasons. Here is none: it is opened.
const (
	Here      Reason = iota
	NotWanted        // the caller has said so
	Watched          // nobody looks: continuous integration runs the program
	Remote           // the person sits elsewhere, and has come by ssh
	Container        // the program is in a container, where no browser is
	NoDisplay        // no window can be opened
)

// String says the reason in words, "" for [Here] and for what the caller knows.
func (r Reason) String() string {
	switch r {
	case Watched:
		return "No browser is opened in continuous integration"
	case Remote:
		return "No browser is opened in a session over ssh"
	case Container:
		return "No browser can be opened in a container"
	case NoDisplay:
		return "No browser can be opened without a display"
	default:
		return ""
	}
}

// Surroundings are what a decision depends on. System and Lookup are required.
type Surroundings struct {
	// System is the operating system, as in runtime.GOOS.
	System string
	// Lookup returns an environment variable.
	Lookup func(name string) (value string, ok bool)
	// Exists reports whether a file is there, and Has whether there is a command of that name. Nil looks there.
	Exists, Has func(name string) bool
	// Unwanted says that no browser is wanted.
	Unwanted bool
}

// Way is how a page gets in front of the person.
type Way struct {
	Reason Reason

	// commands are tried one after the other. In their words, %s stands for the address. None: the system knows.
	commands [][]string
	// host, user and port are of this machine, as ssh reached it.
	host, user, port string
}

// inTerminal are browsers that need the terminal for themselves.
var inTerminal = []string{"elinks", "links", "links2", "lynx", "w3m", "www-browser"}

// Decide decides by the environment. What a person has chosen in BROWSER is opened wherever it can be: a list of commands,
// with colons between them (semicolons on Windows), in which %s stands for the address.
func Decide(s Surroundings) Way {
	if s.Exists == nil {
		s.Exists = func(name string) bool { _, err := os.Stat(name); return err == nil }
	}
	if s.Has == nil {
		s.Has = func(name string) bool { _, err := exec.LookPath(name); return err == nil }
	}
	get := func(name string) string { value, _ := s.Lookup(name); return value }
	w := Way{commands: commandsOf(s.System, get("BROWSER"), s.Has)}
	chosen := len(w.commands) > 0
	// An editor that is connected to this machine shows the page where the person sits.
	editor := chosen && get("VSCODE_IPC_HOOK_CLI") != ""
	connection := strings.Fields(get("SSH_CONNECTION")) // the client's address and port, and the server's
	if len(connection) == 4 {
		w.host, w.port = connection[2], connection[3]
	}
	if w.user = get("USER"); w.user == "" {
		w.user = get("LOGNAME")
	}
	ci := get("CI")
	linux := s.System != "darwin" && s.System != "windows"
	switch {
	case s.Unwanted:
		w.Reason = NotWanted
	case ci != "" && ci != "false" && ci != "0":
		w.Reason = Watched
	case editor:
	case len(connection) > 0 || get("SSH_TTY") != "" || get("SSH_CLIENT") != "":
		w.Reason = Remote
	case chosen:
	case linux && (get("container") != "" || get("KUBERNETES_SERVICE_HOST") != "" || s.Exists("/.dockerenv") || s.Exists("/run/.containerenv")):
		w.Reason = Container
	case linux && (get("WSL_DISTRO_NAME") != "" || get("WSL_INTEROP") != "") && s.Has("wslview"):
		w.commands = [][]string{{"wslview", "%s"}} // xdg-open would look for a browser in Linux
	case linux && get("DISPLAY") == "" && get("WAYLAND_DISPLAY") == "":
		w.Reason = NoDisplay
	case linux:
		for _, name := range []string{"xdg-open", "x-www-browser"} {
			w.commands = append(w.commands, []string{name, "%s"})
		}
	}
	return w
}

// commandsOf returns the commands in the value of BROWSER.
func commandsOf(system, value string, has func(string) bool) [][]string {
	separator := ":"
	if system == "windows" {
		separator = ";"
	}
	var all [][]string
	for entry := range strings.SplitSeq(value, separator) {
		words := strings.Fields(entry)
		if has(strings.TrimSpace(entry)) { // the spaces are in its name
			words = []string{strings.TrimSpace(entry)}
		}
		if len(words) == 0 || slices.Contains(inTerminal, filepath.Base(words[0])) {
			continue
		}
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(word, "%s") }) {
			words = append(words, "%s")
		}
		all = append(all, words)
	}
	return all
}

// Instead returns what a person does who sits elsewhere: the command that forwards the port of the page, which is listened
// on at the given host and port. It is "" where there is no such thing to do.
func (w Way) Instead(listening string) string {
	_, port, err := net.SplitHostPort(listening)
	if w.Reason != Remote || err != nil {
		return ""
	}
	host, user, at := "HOST", "USER", ""
	if isWord(w.host, ":%") {
		host = w.host
	}
	if isWord(w.user, "_") {
		user = w.user
	}
	if w.port != "" && w.port != "22" && isWord(w.port, "") {
		at = " -p " + w.port
	}
	return "ssh -L " + port + ":" + listening + at + " " + user + "@" + host
}

// Lead returns the lines that stand above the address of a page, which is listened on at the given host and port: they say
// what to do with it.
func (w Way) Lead(listening string) []string {
	switch w.Reason {
	case Here:
		return []string{"The page opens in your browser. If it does not, open this address there:"}
	case Remote:
		return []string{"You are here by ssh. On your own computer, run", "  " + w.Instead(listening), "and then open this address there:"}
	case Container:
		return []string{w.Reason.String() + ": open this address in one that shares its network (a port that is published does not lead to the page):"}
	case NotWanted:
		return []string{"Open this address in a browser on this computer:"}
	default:
		return []string{w.Reason.String() + ": open this address in a browser on this computer:"}
	}
}

// isWord reports whether a text is safe to show as a word of a command: it has letters, digits, dots, hyphens and others.
func isWord(text, others string) bool {
	return text != "" && text[0] != '-' && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"+others) == ""
}
