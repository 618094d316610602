package gauge_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// rules is a file of alerts as Prometheus reads it.
type rules struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Expr        string            `yaml:"expr"`
			For         string            `yaml:"for"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

// TestAlertsAreAboutWhatIsShown holds the sample to the metrics: a rule about a metric that is not there never fires.
func TestAlertsAreAboutWhatIsShown(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("..", "..", "..", "samples", "fleet", "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var r rules
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	decoder.KnownFields(true)
	if err := decoder.Decode(&r); err != nil {
		t.Fatal(err)
	}
	shown := get(full(), "/metrics").Body.String()
	metric := regexp.MustCompile(`rollcall_\w+(\{[^}]*\})?`)
	matcher := regexp.MustCompile(`(\w+)=(~?)"([^"]*)"`)
	seen := map[string]bool{}
	for _, group := range r.Groups {
		for _, rule := range group.Rules {
			if !regexp.MustCompile(`^Rollcall[A-Z]\w+$`).MatchString(rule.Alert) || seen[rule.Alert] {
				t.Errorf("an alert is named %q, or two are", rule.Alert)
			}
			seen[rule.Alert] = true
			if rule.For != "" {
				if _, err := time.ParseDuration(rule.For); err != nil {
					t.Errorf("%s: %v", rule.Alert, err)
				}
			}
			if s := rule.Labels["severity"]; s != "page" && s != "ticket" {
				t.Errorf("%s has the severity %q", rule.Alert, s)
			}
			for _, name := range []string{"summary", "description"} {
				if rule.Annotations[name] == "" {
					t.Errorf("%s has no %s", rule.Alert, name)
				}
			}
			if rule.Annotations["runbook"] != "rollcall help fleet-runbook" {
				t.Errorf("%s has the runbook %q", rule.Alert, rule.Annotations["runbook"])
			}
			if strings.Count(rule.Expr, "(") != strings.Count(rule.Expr, ")") {
				t.Errorf("%s: parentheses of %q", rule.Alert, rule.Expr)
			}
			names := metric.FindAllString(rule.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%s is about no metric", rule.Alert)
			}
			for _, name := range names {
				name, labels, _ := strings.Cut(name, "{")
				if !strings.Contains(shown, "\n# TYPE "+name+" ") {
					t.Errorf("%s is about %s, which is not shown", rule.Alert, name)
				}
				for _, m := range matcher.FindAllStringSubmatch(labels, -1) {
					for value := range strings.SplitSeq(m[3], "|") {
						if !regexp.MustCompile(`(?m)^` + name + `\{(.*,)?` + m[1] + `="` + value + `"`).MatchString(shown) {
							t.Errorf("%s is about %s with %s=%q, which is not shown", rule.Alert, name, m[1], value)
						}
					}
				}
			}
		}
	}
	if len(seen) < 9 {
		t.Errorf("there are only %d alerts", len(seen))
	}
}
