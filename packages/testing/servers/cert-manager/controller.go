package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"
	logf "github.com/cert-manager/cert-manager/pkg/logs"

	// Each of these registers one controller. ACME, Vault, Venafi and the Gateway shim are left
	// out: no external issuer's test needs them.
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// workersPerController is cert-manager's own default.
const workersPerController = 5

type controllerOptions struct {
	controller.ContextOptions
	// readyFile is created once every cache is filled: a probe that needs no port.
	readyFile string
}

func runController(ctx context.Context, args []string) error {
	options, err := parseControllerFlags(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	factory, err := controller.NewContextFactory(ctx, options.ContextOptions)
	if err != nil {
		return fmt.Errorf("cannot create clients: %w", err)
	}
	controllers, err := buildControllers(factory)
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	wait := startControllers(ctx, cancel, controllers)
	if err := fillCaches(ctx, shared); err != nil {
		cancel()
		return errors.Join(wait(), err)
	}
	logf.FromContext(ctx).Info("caches filled", "controllers", len(controllers))
	if options.readyFile != "" {
		if err := os.WriteFile(options.readyFile, nil, 0o600); err != nil {
			cancel()
			return errors.Join(wait(), err)
		}
	}
	return wait()
}

// parseControllerFlags names flags as cert-manager's controller names them, with its defaults.
func parseControllerFlags(args []string) (controllerOptions, error) {
	options := controllerOptions{ContextOptions: controller.ContextOptions{
		KubernetesAPIQPS:   20,
		KubernetesAPIBurst: 50,
		IssuerOptions:      controller.IssuerOptions{ClusterIssuerAmbientCredentials: true},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerKind:                 "Issuer",
			DefaultIssuerGroup:                "cert-manager.io",
			DefaultAutoCertificateAnnotations: []string{"kubernetes.io/tls-acme"},
		},
		CertificateOptions: controller.CertificateOptions{
			CopiedAnnotationPrefixes: []string{"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/"},
		},
	}}
	flags := flag.NewFlagSet("controller", flag.ContinueOnError)
	flags.StringVar(&options.Kubeconfig, "kubeconfig", "", "kubeconfig file of the identity to run as")
	flags.StringVar(&options.ClusterResourceNamespace, "cluster-resource-namespace", "kube-system", "namespace of a ClusterIssuer's secrets")
	flags.BoolVar(&options.EnableOwnerRef, "enable-certificate-owner-ref", false, "make a Certificate own its secret")
	flags.DurationVar(&options.CertificateRequestMinimumBackoffDuration, "certificate-request-minimum-backoff-duration", time.Hour, "wait after a first failed request")
	flags.DurationVar(&options.CertificateRequestMaximumBackoffDuration, "certificate-request-maximum-backoff-duration", 32*time.Hour, "longest wait after a failed request")
	flags.StringVar(&options.readyFile, "ready-file", "", "created when every cache is filled")
	flags.Var(featureGates{}, "feature-gates", "cert-manager feature gates, as Name=true,Other=false")
	if err := flags.Parse(args); err != nil {
		return options, err
	}
	if options.Kubeconfig == "" {
		return options, errors.New("no --kubeconfig given: this program runs outside of a cluster")
	}
	return options, nil
}

func buildControllers(factory *controller.ContextFactory) (map[string]controller.Interface, error) {
	controllers := map[string]controller.Interface{}
	for name, construct := range controller.Known() {
		built, err := construct(factory)
		if err != nil {
			return nil, fmt.Errorf("cannot build controller %s: %w", name, err)
		}
		controllers[name] = built
	}
	return controllers, nil
}

// startControllers runs every controller until the context ends; one that fails ends them all.
// The function returned waits for the last of them.
func startControllers(ctx context.Context, cancel context.CancelFunc, controllers map[string]controller.Interface) func() error {
	var running sync.WaitGroup
	failures := make(chan error, len(controllers))
	for name, one := range controllers {
		running.Go(func() {
			if err := one.Run(workersPerController, ctx); err != nil {
				failures <- fmt.Errorf("controller %s: %w", name, err)
				cancel()
			}
		})
	}
	return func() error {
		running.Wait()
		close(failures)
		var err error
		for failure := range failures {
			err = errors.Join(err, failure)
		}
		return err
	}
}

func fillCaches(ctx context.Context, shared *controller.Context) error {
	stop := ctx.Done()
	shared.SharedInformerFactory.Start(stop)
	shared.KubeSharedInformerFactory.Start(stop)
	shared.HTTP01ResourceMetadataInformersFactory.Start(stop)
	for kind, filled := range shared.SharedInformerFactory.WaitForCacheSync(stop) {
		if !filled {
			return fmt.Errorf("cannot fill the cache of %s: stopped before it was read", kind)
		}
	}
	for kind, filled := range shared.KubeSharedInformerFactory.WaitForCacheSync(stop) {
		if !filled {
			return fmt.Errorf("cannot fill the cache of %s: stopped before it was read", kind)
		}
	}
	return nil
}
