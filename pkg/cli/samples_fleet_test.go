package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/jobs"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/order"
)

// The objects of Kubernetes that the sample of a fleet uses, with the fields that it uses.
type (
	labels struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	}
	probe struct {
		HTTPGet struct {
			Path, Port string
		} `yaml:"httpGet"`
		PeriodSeconds    int `yaml:"periodSeconds"`
		FailureThreshold int `yaml:"failureThreshold"`
	}
	migration struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			BackoffLimit int `yaml:"backoffLimit"`
			Template     struct {
				Metadata meta
				Spec     pod
			}
		}
	}
	deployment struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			Replicas int
			Selector labels
			Strategy struct {
				RollingUpdate struct {
					MaxSurge       int `yaml:"maxSurge"`
					MaxUnavailable int `yaml:"maxUnavailable"`
				} `yaml:"rollingUpdate"`
			}
			Template struct {
				Metadata meta
				Spec     pod
			}
		}
	}
	budget struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			MaxUnavailable int `yaml:"maxUnavailable"`
			Selector       labels
		}
	}
	network struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			PodSelector labels   `yaml:"podSelector"`
			PolicyTypes []string `yaml:"policyTypes"`
			Ingress     []struct {
				From []struct {
					NamespaceSelector labels `yaml:"namespaceSelector"`
					PodSelector       labels `yaml:"podSelector"`
				}
				Ports []port
			}
			Egress []struct{ Ports []port }
		}
	}
	port struct {
		Port     int
		Protocol string
	}
)

func fleetObjects(t *testing.T) (m migration, d deployment, b budget, n network) {
	t.Helper()
	loader := strict(t, "fleet/kubernetes.yaml")
	load(t, loader, &m)
	load(t, loader, &d)
	load(t, loader, &b)
	load(t, loader, &n)
	return m, d, b, n
}

func fleetCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	m, d, _, _ := fleetObjects(t)
	for _, c := range slices.Concat(m.Spec.Template.Spec.Containers, d.Spec.Template.Spec.Containers) {
		commands = append(commands, c.Args)
	}
	return commands
}

// TestSampleDeployment holds the manifests to what workers need, and to each other.
func TestSampleDeployment(t *testing.T) {
	m, d, b, n := fleetObjects(t)
	if diff := cmp.Diff([]string{"batch/v1 Job", "apps/v1 Deployment", "policy/v1 PodDisruptionBudget", "networking.k8s.io/v1 NetworkPolicy"}, []string{
		m.APIVersion + " " + m.Kind, d.APIVersion + " " + d.Kind, b.APIVersion + " " + b.Kind, n.APIVersion + " " + n.Kind,
	}); diff != "" {
		t.Errorf("objects: %s", diff)
	}
	worker, migrate := d.Spec.Template.Spec.Containers[0], m.Spec.Template.Spec.Containers[0]
	for _, tt := range []struct {
		what      string
		got, want any
	}{
		{"whom the deployment is of", d.Spec.Selector.MatchLabels, d.Spec.Template.Metadata.Labels},
		{"whom the budget is for", b.Spec.Selector.MatchLabels, d.Spec.Template.Metadata.Labels},
		{"how pods spread", d.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels, d.Spec.Template.Metadata.Labels},
		{"whom the policy is for", n.Spec.PodSelector.MatchLabels, n.Metadata.Labels},
		{"who migrates: image", migrate.Image, worker.Image},
		{"who migrates: rights", migrate.SecurityContext, worker.SecurityContext},
		{"who migrates: where", migrate.Env, worker.Env[:len(migrate.Env)]},
		{"who migrates: pod", m.Spec.Template.Spec.SecurityContext, d.Spec.Template.Spec.SecurityContext},
		{"allowPrivilegeEscalation", *worker.SecurityContext.AllowPrivilegeEscalation, false},
		{"readOnlyRootFilesystem", worker.SecurityContext.ReadOnlyRootFilesystem, true},
		{"capabilities", worker.SecurityContext.Capabilities.Drop, []string{"ALL"}},
		{"the name of a worker", worker.Env[3].Name + "=" + worker.Env[3].ValueFrom.FieldRef.FieldPath, "POD=metadata.name"},
		{"ready", worker.ReadinessProbe.HTTPGet.Path, "/healthz"},
		{"alive", worker.LivenessProbe.HTTPGet.Path, "/livez"},
		{"where it is asked", worker.ReadinessProbe.HTTPGet.Port, worker.Ports[0].Name},
		{"the port that the policy lets in", n.Spec.Ingress[0].Ports[0].Port, worker.Ports[0].ContainerPort},
		{"the port of the flag", slices.Contains(worker.Args, "--listen=:9300"), worker.Ports[0].ContainerPort == 9300},
		{"the mode of the credentials", d.Spec.Template.Spec.Volumes[0].Secret.DefaultMode, 0o440},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("kubernetes.yaml: %s: %s", tt.what, diff)
		}
	}
	// What is in flight has time to be answered, and to be written down.
	if d.Spec.Template.Spec.TerminationGracePeriodSeconds < 60 || d.Spec.Strategy.RollingUpdate.MaxUnavailable != 0 || b.Spec.MaxUnavailable != 1 {
		t.Errorf("kubernetes.yaml: pods go at once, or all together: %+v", d.Spec.Strategy)
	}
	for _, c := range []container{worker, migrate} {
		for _, variable := range c.Env {
			if variable.Name == "ROLLCALL_LEDGER" && place.Public(variable.Value) != variable.Value {
				t.Errorf("kubernetes.yaml: a password is in %s", variable.Value)
			}
		}
	}
}

// TestSampleWorkerUnit holds the unit to what a worker needs.
func TestSampleWorkerUnit(t *testing.T) {
	service := unit(t, "fleet/rollcall-worker@.service")["Service"]
	for key, values := range map[string][]string{
		"User": {"rollcall"}, "Restart": {"always"}, "RestartPreventExitStatus": {"2"}, "KillSignal": {"SIGTERM"}, "UMask": {"0077"},
		"ProtectSystem": {"strict"}, "ProtectHome": {"yes"}, "NoNewPrivileges": {"yes"}, "CapabilityBoundingSet": {""}, "TimeoutStopSec": {"2min"},
		"Environment": {"PGPASSFILE=%d/pg_pass", "GOMEMLIMIT=690MiB"},
	} {
		if diff := cmp.Diff(values, service[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	// Whatever has the name of a credential, a job could have sent to the service.
	for _, line := range service["LoadCredential"] {
		name, path, _ := strings.Cut(line, ":")
		if secret := strings.HasSuffix(path, "/pgpass"); secret != strings.Contains(name, "_") {
			t.Errorf("%s is handed over as %s", path, name)
		}
	}
	for _, words := range unitCommandsOf(t, "fleet/rollcall-worker@.service") {
		for _, word := range words {
			if place.IsAddress(word) && place.CheckOption("ledger", word) != nil {
				t.Errorf("a password is in %s", word)
			}
		}
	}
}

// compose is a compose file with the fields that the sample uses.
type compose struct {
	Name     string
	Rollcall composed `yaml:"x-rollcall"`
	Services map[string]composed
	Configs  map[string]struct{ Content string }
	Volumes  map[string]any
}

type composed struct {
	Image           string
	Command         []string
	NetworkMode     string `yaml:"network_mode"`
	ReadOnly        bool   `yaml:"read_only"`
	Tmpfs           []string
	CapDrop         []string `yaml:"cap_drop"`
	SecurityOpt     []string `yaml:"security_opt"`
	Environment     map[string]string
	Volumes         []string
	Configs         []struct{ Source, Target string }
	Healthcheck     map[string]any
	Profiles        []string
	StopGracePeriod string                                `yaml:"stop_grace_period"`
	DependsOn       map[string]struct{ Condition string } `yaml:"depends_on"`
}

func readCompose(t *testing.T) (c compose) {
	t.Helper()
	load(t, strict(t, "fleet/compose.yaml"), &c)
	return c
}

func composeCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	for name, service := range readCompose(t).Services {
		if name != "database" {
			commands = append(commands, service.Command)
		}
	}
	return commands
}

// TestSampleCompose holds the services to each other.
func TestSampleCompose(t *testing.T) {
	c := readCompose(t)
	ours := c.Services["sandbox"].Image
	for name, service := range c.Services {
		for on := range service.DependsOn {
			if _, found := c.Services[on]; !found {
				t.Errorf("%s depends on %s, which there is not", name, on)
			}
		}
		for _, config := range service.Configs {
			if _, found := c.Configs[config.Source]; !found {
				t.Errorf("%s needs %s, which there is not", name, config.Source)
			}
		}
		if name != "database" && service.Image != ours {
			t.Errorf("%s is another version: %s", name, service.Image)
		}
		for variable := range service.Environment {
			if flag := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, "ROLLCALL_"), "_", "-")); variable != "POSTGRES_DB" &&
				variable != "POSTGRES_PASSWORD" && !hasFlag(t, "worker", flag) {
				t.Errorf("%s sets %s, and a worker has no such flag", name, variable)
			}
		}
	}
	if content := c.Configs["credential"].Content; !strings.HasPrefix(content, "pat_sandbox_") {
		t.Errorf("the credential is %q", content)
	}
}

func hasFlag(t *testing.T, command, flag string) bool {
	t.Helper()
	cmd, _, err := newApp(Process{}).root().Find([]string{command})
	return err == nil && cmd.Name() == command && (cmd.Flags().Lookup(flag) != nil || cmd.InheritedFlags().Lookup(flag) != nil)
}

// commentCommands returns the commands that the comments of a sample say to run.
func commentCommands(t *testing.T, name string) (commands [][]string) {
	t.Helper()
	for line := range strings.Lines(sample(t, name)) {
		line = strings.TrimLeft(strings.TrimSpace(line), "-# ")
		if _, shown, found := strings.Cut(line, ": rollcall "); found {
			line = "rollcall " + shown
		}
		if words := ours(line); words != nil && !slices.Contains(words, "help") {
			commands = append(commands, words)
		}
	}
	return commands
}

// TestSampleJobs reads the files of jobs as a fleet does.
func TestSampleJobs(t *testing.T) {
	for name, credentials := range map[string][]string{"jobs.yaml": {"acme-emea", "acme-apac"}, "try.yaml": {"sandbox", "sandbox"}} {
		path := filepath.Join(samples, "fleet", name)
		content, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := jobs.Read(content, path)
		if err := errors.Join(err, content.Close()); err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, job := range file.Jobs {
			if job.Name == "" || job.Schedule == nil || job.SharedLimit == "" {
				t.Errorf("%s:%d: a job has no name, schedule or limit", name, job.Line)
			}
			named = append(named, job.Credential)
			if err := job.Decode(order.NewSync()); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff(credentials, named); diff != "" {
			t.Errorf("%s: credentials: %s", name, diff)
		}
	}
}
