package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/status"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// load decodes the next document.
func load(t *testing.T, loader *yaml.Loader, into any) {
	t.Helper()
	if err := loader.Load(into); err != nil {
		t.Fatal(err)
	}
}

// strict reads the documents of a sample: a field that the type of one does not have is an error.
func strict(t *testing.T, name string) *yaml.Loader {
	t.Helper()
	loader, err := yaml.NewLoader(strings.NewReader(sample(t, name)), yaml.WithKnownFields())
	if err != nil {
		t.Fatal(err)
	}
	return loader
}

// The objects of Kubernetes that the sample uses, with the fields that it uses: the names are those of the API, batch/v1
// and v1, so that a misspelt one is found.
type (
	meta struct {
		Name   string
		Labels map[string]string
	}
	claim struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			AccessModes []string `yaml:"accessModes"`
			Resources   struct{ Requests map[string]string }
		}
	}
	scheduled struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			Schedule                   string
			TimeZone                   string `yaml:"timeZone"`
			ConcurrencyPolicy          string `yaml:"concurrencyPolicy"`
			StartingDeadlineSeconds    int    `yaml:"startingDeadlineSeconds"`
			SuccessfulJobsHistoryLimit int    `yaml:"successfulJobsHistoryLimit"`
			FailedJobsHistoryLimit     int    `yaml:"failedJobsHistoryLimit"`
			JobTemplate                struct {
				Spec struct {
					ActiveDeadlineSeconds int `yaml:"activeDeadlineSeconds"`
					BackoffLimit          int `yaml:"backoffLimit"`
					PodFailurePolicy      struct {
						Rules []struct {
							Action      string
							OnExitCodes struct {
								ContainerName string `yaml:"containerName"`
								Operator      string
								Values        []int
							} `yaml:"onExitCodes"`
							OnPodConditions []struct{ Type, Status string } `yaml:"onPodConditions"`
						}
					} `yaml:"podFailurePolicy"`
					Template struct {
						Metadata meta
						Spec     pod
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	pod struct {
		RestartPolicy                 string `yaml:"restartPolicy"`
		TerminationGracePeriodSeconds int    `yaml:"terminationGracePeriodSeconds"`
		AutomountServiceAccountToken  *bool  `yaml:"automountServiceAccountToken"`
		SecurityContext               struct {
			RunAsNonRoot   bool                  `yaml:"runAsNonRoot"`
			RunAsUser      int                   `yaml:"runAsUser"`
			RunAsGroup     int                   `yaml:"runAsGroup"`
			FSGroup        int                   `yaml:"fsGroup"`
			SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
		} `yaml:"securityContext"`
		TopologySpreadConstraints []struct {
			MaxSkew           int    `yaml:"maxSkew"`
			TopologyKey       string `yaml:"topologyKey"`
			WhenUnsatisfiable string `yaml:"whenUnsatisfiable"`
			LabelSelector     labels `yaml:"labelSelector"`
		} `yaml:"topologySpreadConstraints"`
		InitContainers []container `yaml:"initContainers"`
		Containers     []container
		Volumes        []struct {
			Name                  string
			PersistentVolumeClaim struct {
				ClaimName string `yaml:"claimName"`
			} `yaml:"persistentVolumeClaim"`
			Secret struct {
				SecretName  string `yaml:"secretName"`
				DefaultMode int    `yaml:"defaultMode"`
			}
			ConfigMap struct{ Name string } `yaml:"configMap"`
			EmptyDir  struct {
				Medium    string
				SizeLimit string `yaml:"sizeLimit"`
			} `yaml:"emptyDir"`
		}
	}
	container struct {
		Name, Image string
		Args        []string
		Env         []struct {
			Name, Value string
			ValueFrom   struct {
				FieldRef struct {
					FieldPath string `yaml:"fieldPath"`
				} `yaml:"fieldRef"`
			} `yaml:"valueFrom"`
		}
		Ports []struct {
			Name          string
			ContainerPort int `yaml:"containerPort"`
		}
		ReadinessProbe  probe `yaml:"readinessProbe"`
		LivenessProbe   probe `yaml:"livenessProbe"`
		SecurityContext struct {
			AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
			Capabilities             struct{ Drop []string }
		} `yaml:"securityContext"`
		Resources    struct{ Requests, Limits map[string]string }
		VolumeMounts []struct {
			Name      string
			MountPath string `yaml:"mountPath"`
			ReadOnly  bool   `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
)

func cronJob(t *testing.T) (j scheduled) {
	t.Helper()
	loader := strict(t, "kubernetes.yaml")
	var state claim
	load(t, loader, &state)
	load(t, loader, &j)
	if state.APIVersion != "v1" || state.Kind != "PersistentVolumeClaim" || state.Spec.Resources.Requests["storage"] == "" {
		t.Errorf("kubernetes.yaml: the claim is %+v", state)
	}
	if used := j.Spec.JobTemplate.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim.ClaimName; used != state.Metadata.Name {
		t.Errorf("kubernetes.yaml: the state is kept in %q, and the claim is %q", used, state.Metadata.Name)
	}
	return j
}

func TestSampleCronJob(t *testing.T) {
	j := cronJob(t)
	spec := j.Spec.JobTemplate.Spec
	tests := []struct {
		what      string
		got, want any
	}{
		{"apiVersion", j.APIVersion, "batch/v1"},
		{"kind", j.Kind, "CronJob"},
		{"concurrencyPolicy", j.Spec.ConcurrencyPolicy, "Forbid"},
		{"the pod's labels", spec.Template.Metadata.Labels, j.Metadata.Labels},
		{"restartPolicy, which a podFailurePolicy needs", spec.Template.Spec.RestartPolicy, "Never"},
		{"automountServiceAccountToken", *spec.Template.Spec.AutomountServiceAccountToken, false},
		{"runAsNonRoot", spec.Template.Spec.SecurityContext.RunAsNonRoot, true},
		{"fsGroup", spec.Template.Spec.SecurityContext.FSGroup, spec.Template.Spec.SecurityContext.RunAsGroup},
		{"seccompProfile", spec.Template.Spec.SecurityContext.SeccompProfile.Type, "RuntimeDefault"},
		{"containers", len(spec.Template.Spec.Containers), 1},
		{"the mode of the secrets", spec.Template.Spec.Volumes[1].Secret.DefaultMode, 0o440},
	}
	own, first := spec.Template.Spec.Containers[0], spec.Template.Spec.InitContainers[0]
	tests = append(tests, []struct {
		what      string
		got, want any
	}{
		{"allowPrivilegeEscalation", *own.SecurityContext.AllowPrivilegeEscalation, false},
		{"readOnlyRootFilesystem", own.SecurityContext.ReadOnlyRootFilesystem, true},
		{"capabilities", own.SecurityContext.Capabilities.Drop, []string{"ALL"}},
		{"the containers that exit codes are of", []string{
			spec.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName, spec.PodFailurePolicy.Rules[1].OnExitCodes.ContainerName,
		}, []string{first.Name, own.Name}},
		{"what looks first: image", first.Image, own.Image},
		{"what looks first: environment", first.Env, own.Env},
		{"what looks first: rights", first.SecurityContext, own.SecurityContext},
		{"where the ledger is", own.Env[0].Name + "=" + own.Env[0].Value, "XDG_STATE_HOME=/state"},
	}...)
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("kubernetes.yaml: %s: %s", tt.what, diff)
		}
	}
	if err := checkSchedule(strings.Fields(j.Spec.Schedule)); err != nil {
		t.Errorf("kubernetes.yaml: schedule: %v", err)
	}
	for _, code := range slices.Concat(spec.PodFailurePolicy.Rules[0].OnExitCodes.Values, spec.PodFailurePolicy.Rules[1].OnExitCodes.Values) {
		if status.Status(code).Meaning(nil) == "unknown" || slices.Contains([]status.Status{status.Well, status.Stopped, status.Interrupted}, status.Status(code)) {
			t.Errorf("kubernetes.yaml: exit code %d is not the same at the next try", code)
		}
	}
	var volumes, mounts []string
	for _, volume := range spec.Template.Spec.Volumes {
		volumes = append(volumes, volume.Name)
	}
	for _, mount := range own.VolumeMounts {
		mounts = append(mounts, mount.Name)
		used := slices.ContainsFunc(own.Args, func(arg string) bool { return strings.Contains(arg, mount.MountPath+"/") })
		if !used && mount.Name != "tmp" {
			t.Errorf("kubernetes.yaml: nothing is read from or written to %s", mount.MountPath)
		}
	}
	if diff := cmp.Diff(volumes, mounts); diff != "" {
		t.Errorf("kubernetes.yaml: the volumes and what is mounted: %s", diff)
	}
}

// workflow is a workflow of GitHub Actions with the fields that the sample uses.
type workflow struct {
	Name string
	On   struct {
		PullRequest struct{ Paths []string } `yaml:"pull_request"`
	}
	Permissions map[string]string
	Jobs        map[string]struct {
		RunsOn         string `yaml:"runs-on"`
		TimeoutMinutes int    `yaml:"timeout-minutes"`
		Steps          []struct {
			Name, Uses, Run string
			With            map[string]any
		}
	}
}

func readWorkflow(t *testing.T) (w workflow) {
	t.Helper()
	load(t, strict(t, "github-actions.yaml"), &w)
	return w
}

func workflowCommands(t *testing.T) (commands [][]string) {
	t.Helper()
	for _, job := range readWorkflow(t).Jobs {
		for _, step := range job.Steps {
			for line := range strings.Lines(step.Run) {
				if words := ours(line); words != nil {
					commands = append(commands, words)
				}
			}
		}
	}
	return commands
}

func TestSampleWorkflow(t *testing.T) {
	w := readWorkflow(t)
	if diff := cmp.Diff(map[string]string{"contents": "read"}, w.Permissions); diff != "" {
		t.Errorf("github-actions.yaml: permissions: %s", diff)
	}
	if len(w.On.PullRequest.Paths) == 0 || len(w.Jobs) != 1 {
		t.Errorf("github-actions.yaml: paths %q, %d jobs", w.On.PullRequest.Paths, len(w.Jobs))
	}
	pinned := regexp.MustCompile(`^actions/(checkout|setup-go)@[0-9a-f]{40}$`)
	commit := regexp.MustCompile(`^[0-9a-f]{40}$`)
	for _, job := range w.Jobs {
		built := false
		for _, step := range job.Steps {
			switch {
			case (step.Uses == "") == (step.Run == ""):
				t.Errorf("github-actions.yaml: %s: neither uses nor run, or both", step.Name)
			case step.Uses != "" && !pinned.MatchString(step.Uses):
				t.Errorf("github-actions.yaml: %s: %s is not one of GitHub's own at a commit", step.Name, step.Uses)
			case strings.HasPrefix(step.Uses, "actions/checkout") && step.With["persist-credentials"] != false:
				t.Errorf("github-actions.yaml: %s leaves credentials behind", step.Name)
			case step.With["repository"] != nil && !commit.MatchString(step.With["ref"].(string)): //nolint:errcheck,forcetypeassert // anything else fails the test, too
				t.Errorf("github-actions.yaml: %s: %v is no commit", step.Name, step.With["ref"])
			case strings.Contains(step.Run, "${{"):
				t.Errorf("github-actions.yaml: %s: an expression in a script runs whatever it becomes", step.Name)
			}
			built = built || strings.HasPrefix(step.Run, "go build ")
			if ours(step.Run) != nil && !built {
				t.Errorf("github-actions.yaml: %s: the program was not built before", step.Name)
			}
		}
	}
}
