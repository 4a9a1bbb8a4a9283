package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"

	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/webhook/admission"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// runWebhook serves cert-manager's admission chain. cert-manager's own server is not started: it
// cannot be told an address and would listen on all of them.
func runWebhook(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("webhook", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig file of the identity to run as")
	port := flags.Int("secure-port", 0, "port on 127.0.0.1 to serve on")
	certificate := flags.String("tls-cert-file", "", "serving certificate")
	key := flags.String("tls-private-key-file", "", "its private key, in the same folder")
	flags.Var(featureGates{}, "feature-gates", "cert-manager feature gates, as Name=true,Other=false")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *kubeconfig == "" || *port == 0 || *certificate == "" || *key == "" {
		return errors.New("--kubeconfig, --secure-port, --tls-cert-file and --tls-private-key-file must all be given")
	}
	if filepath.Dir(*certificate) != filepath.Dir(*key) {
		return fmt.Errorf("--tls-private-key-file is %s, must be beside %s", *key, *certificate)
	}

	configuration, err := options.NewWebhookConfiguration()
	if err != nil {
		return err
	}
	configuration.KubeConfig = *kubeconfig
	log := logf.FromContext(ctx)
	wired, err := webhook.NewCertManagerWebhookServer(log, *configuration)
	if err != nil {
		return err
	}

	server := ctrlwebhook.NewServer(ctrlwebhook.Options{
		Host:     "127.0.0.1",
		Port:     *port,
		CertDir:  filepath.Dir(*certificate),
		CertName: filepath.Base(*certificate),
		KeyName:  filepath.Base(*key),
	})
	server.Register("/validate", admission.NewCustomValidationWebhook(wired.ResourceScheme, wired.ValidationWebhook))
	server.Register("/mutate", admission.NewCustomMutationWebhook(wired.MutationWebhook))
	server.Register("/healthz", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	return server.Start(ctx)
}
