// A peer of our issuers for benchmarks: controller-runtime and the flow of cert-manager's issuer-lib
// (read at 5582423), in as little code as that takes. It serves the kind of issuer-lib's example,
// SimpleIssuer of testing.cert-manager.io/v1alpha1, so that the example itself can stand in for it.
//
// Of issuer-lib's flow it has what costs something: one worker, a cache of all CertificateRequests of
// the cluster, a first status PATCH that says Initializing, a second one with the certificate, an
// event. Of what issuer-lib has besides, it has nothing: no CertificateSigningRequests, no retries, no
// failures of an issuer.
package main

import (
	"flag"
	"log"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func main() {
	// Registers --kubeconfig, as ctrl.GetConfig does.
	flag.Parse()
	ctrl.SetLogger(zap.New())
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	scheme := runtime.NewScheme()
	utilruntime.Must(cmapi.AddToScheme(scheme))
	utilruntime.Must(eventsv1.AddToScheme(scheme))
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	recorder := manager.GetEventRecorder(fieldOwner)
	if err := (&issuerReconciler{client: manager.GetClient(), recorder: recorder}).setUp(manager); err != nil {
		return err
	}
	requests := &requestReconciler{client: manager.GetClient(), recorder: recorder, authority: authority}
	if err := requests.setUp(manager); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}
