package exposition_test

import (
	"bytes"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"rollcall/pkg/exposition"
)

// TestWhatIsWrittenIsRead has the parser of Prometheus read any numbers and any values of labels.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.String().Draw(t, "label")
		value := rapid.Float64().Draw(t, "value")
		values := rapid.SliceOf(rapid.Float64Range(0, 100)).Draw(t, "values")
		h := exposition.NewHistogram(0.5, 1, 60)
		upTo1 := uint64(0)
		for _, v := range values {
			h.Observe(v)
			if v <= 1 {
				upTo1++
			}
		}
		text := exposition.New()
		text.Gauge("a", "A gauge.")
		text.Sample(exposition.Number(value))
		text.Histogram("b", "A histogram.")
		text.Distribution(h, "l", label)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(text.Bytes()))
		if err != nil {
			t.Fatal(err, string(text.Bytes()))
		}
		if got := families["a"].GetMetric()[0].GetGauge().GetValue(); got != value {
			t.Errorf("the gauge is %v, want %v", got, value)
		}
		metric := families["b"].GetMetric()[0]
		if got := metric.GetLabel()[0].GetValue(); got != label {
			t.Errorf("the label is %q, want %q", got, label)
		}
		got := metric.GetHistogram()
		if got.GetSampleCount() != uint64(len(values)) || got.GetBucket()[1].GetCumulativeCount() != upTo1 || len(got.GetBucket()) != 4 {
			t.Errorf("got %v of the values %v", got, values)
		}
	})
}

func TestEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		if got := exposition.Unescape(exposition.Escape(value)); got != value {
			t.Fatalf("got %q, want %q", got, value)
		}
	})
	if got := exposition.Escape("a\xffb"); got != "a\ufffdb" {
		t.Errorf("what is no UTF-8 is written as %q", got)
	}
}
