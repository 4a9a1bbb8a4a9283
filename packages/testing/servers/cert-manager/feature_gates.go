package main

import (
	"fmt"
	"strconv"
	"strings"

	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

// featureGates is a flag value in the form cert-manager's own flag has: "A=true,B=false".
type featureGates struct{}

func (featureGates) String() string { return "" }

func (featureGates) Set(text string) error {
	gates := map[string]bool{}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(pair), "=")
		enabled, err := strconv.ParseBool(value)
		if !found || err != nil {
			return fmt.Errorf("feature gate is %q, must be Name=true or Name=false", pair)
		}
		gates[name] = enabled
	}
	return utilfeature.DefaultMutableFeatureGate.SetFromMap(gates)
}
