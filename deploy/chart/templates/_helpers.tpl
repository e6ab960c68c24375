{{- define "sallyport.name" -}}
{{- .Values.nameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "sallyport.selector" -}}
app.kubernetes.io/name: sallyport
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sallyport.labels" -}}
{{ include "sallyport.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The webhook's pods are none of the gateway's: its Service and policies must not find them. */}}
{{- define "sallyport.webhookSelector" -}}
app.kubernetes.io/name: sallyport-webhook
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sallyport.webhookLabels" -}}
{{ include "sallyport.labels" . | replace "app.kubernetes.io/name: sallyport\n" "app.kubernetes.io/name: sallyport-webhook\n" }}
{{- end -}}

{{- define "sallyport.account" -}}
{{- .Values.serviceAccount.name | default (ternary (include "sallyport.name" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "sallyport.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The Secret that holds certificate and key; empty where the gateway makes its own. */}}
{{- define "sallyport.tlsSecret" -}}
{{- if eq .Values.tls.mode "secret" -}}
{{ required "tls.secretName: name the Secret that holds certificate and key" .Values.tls.secretName }}
{{- else if ne .Values.tls.mode "local" -}}
{{ include "sallyport.name" . }}-tls
{{- end -}}
{{- end -}}

{{/* The names by which the Service is reached inside the cluster. */}}
{{- define "sallyport.serviceNames" -}}
{{- $name := include "sallyport.name" . -}}
{{- list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) | toJson -}}
{{- end -}}

{{/* sallyport.yaml: the values' own words, and where the certificate is. */}}
{{- define "sallyport.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $tls := deepCopy ($config.tls | default dict) -}}
{{- if include "sallyport.tlsSecret" . -}}
{{- $_ := set $tls "certificateFile" "/etc/sallyport/tls/tls.crt" -}}
{{- $_ := set $tls "keyFile" "/etc/sallyport/tls/tls.key" -}}
{{- else -}}
{{- $_ := set $tls "hostNames" (concat ($tls.hostNames | default list) (fromJsonArray (include "sallyport.serviceNames" .)) | uniq) -}}
{{- end -}}
{{- $_ := set $config "tls" $tls -}}
{{- toYaml $config -}}
{{- end -}}

{{/*
A certificate that Helm makes at the first install, as annotations and data of its Secret: an upgrade finds it, and whoever trusts its authority goes on. The authority's key is kept nowhere, so
other names want another authority: nobody gets that by surprise.
Takes: root, name (of the Secret), cn, dnsNames, ips.
*/}}
{{- define "sallyport.madeCertificate" -}}
{{- $kept := lookup "v1" "Secret" .root.Release.Namespace .name -}}
{{- $names := concat .dnsNames .ips | sortAlpha | join " " -}}
{{- $data := dict -}}
{{- if $kept -}}
{{- $keptFor := dig "metadata" "annotations" "sallyport.dev/certificate-names" $names $kept -}}
{{- if ne $keptFor $names -}}
{{- fail (printf "Secret %s: its certificate was made for %s, and is asked for %s. Its authority's key was not kept, so it cannot be made again: delete the Secret, upgrade, and give callers the new authority" .name $keptFor $names) -}}
{{- end -}}
{{- $data = pick $kept.data "ca.crt" "tls.crt" "tls.key" -}}
{{- else -}}
{{- $ca := genCAWithKey (printf "%s CA" .cn) 3650 (genPrivateKey "ecdsa") -}}
{{- $made := genSignedCertWithKey .cn .ips .dnsNames 3650 $ca (genPrivateKey "ecdsa") -}}
{{- $data = dict "ca.crt" ($ca.Cert | b64enc) "tls.crt" ($made.Cert | b64enc) "tls.key" ($made.Key | b64enc) -}}
{{- end -}}
{{- dict "annotations" (dict "sallyport.dev/certificate-names" $names) "data" $data | toYaml -}}
{{- end -}}

{{/* The Secret of the webhook's own certificate. */}}
{{- define "sallyport.webhookSecret" -}}
{{- .Values.podWebhook.tls.secretName | default (printf "%s-webhook" (include "sallyport.name" .)) -}}
{{- end -}}

{{/* Who signs certificates by cert-manager: whom the values name, else this release's own CA. */}}
{{- define "sallyport.issuerRef" -}}
{{- .Values.tls.certManager.issuerRef | default (dict "name" (include "sallyport.name" .) "kind" "Issuer" "group" "cert-manager.io") | toJson -}}
{{- end -}}

{{/* What would run, and not do what was meant, is refused here. */}}
{{- define "sallyport.refusals" -}}
{{- $several := or (eq .Values.mode "daemonset") (gt (int .Values.replicas) 1) -}}
{{- if and $several (eq .Values.tls.mode "local") -}}
{{- fail "tls.mode is local: each gateway would make a CA of its own; with more than one, say helm, certManager or secret" -}}
{{- end -}}
{{- if $several -}}
{{- if not (dig "store" "postgres" "urlFile" "" .Values.config) -}}
{{- fail "several gateways share grants and kills through a PostgreSQL: say config.store.postgres.urlFile and config.store.keyFile" -}}
{{- end -}}
{{- if not (dig "masks" "keyFile" "" .Values.config) -}}
{{- fail "several gateways make the same masks only under one key: say config.masks.keyFile" -}}
{{- end -}}
{{- end -}}
{{- $issuerRef := .Values.tls.certManager.issuerRef -}}
{{- if and $issuerRef (not $issuerRef.name) -}}
{{- fail "tls.certManager.issuerRef: an issuer has a name: say { name, kind } of one of cert-manager's, or leave all of it out for a CA of this release's own" -}}
{{- end -}}
{{- if .Values.podWebhook.enabled -}}
{{- if and .Values.podWebhook.tls.certManager (empty $issuerRef) (ne .Values.tls.mode "certManager") -}}
{{- fail (printf "podWebhook.tls.certManager: with tls.mode %s this release has no CA of cert-manager's, and no issuer is named who would sign: say tls.certManager.issuerRef, or tls.mode certManager" .Values.tls.mode) -}}
{{- end -}}
{{- $ports := list -}}
{{- range .Values.config.targets }}{{ if .port }}{{ $ports = append $ports .port }}{{ end }}{{ end -}}
{{- if not $ports -}}
{{- fail "podWebhook: programs in pods know a host and a port and no path: give the targets that they reach a `port`" -}}
{{- end -}}
{{- if and (eq .Values.tls.mode "local") (not .Values.podWebhook.gatewayCaBundle) -}}
{{- fail "podWebhook: pods are given the gateway's CA, and with tls.mode local it is in the gateway's own folder: say tls.mode helm, certManager or secret, or give it as podWebhook.gatewayCaBundle" -}}
{{- end -}}
{{- $audiences := list -}}
{{- range .Values.config.issuers }}{{ $audiences = concat $audiences .audiences }}{{ end -}}
{{- if not (has .Values.podWebhook.audience $audiences) -}}
{{- fail (printf "podWebhook.audience: no issuer of config.issuers takes tokens for %s: name one of their audiences" (quote .Values.podWebhook.audience)) -}}
{{- end -}}
{{- with .Values.podWebhook.tls -}}
{{- if and .secretName (not .caBundle) (not .certManager) -}}
{{- fail "podWebhook.tls: say in caBundle who signed the certificate of secretName" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (has .Release.Namespace .Values.agents.namespaces) (empty .Values.agents.podSelector) -}}
{{- fail (printf "agents.namespaces: %s is the gateway's own namespace, and its pods would reach nothing but each other: name others, or say in agents.podSelector which pods callers are" .Release.Namespace) -}}
{{- end -}}
{{- $stopMs := add (mul (int .Values.drainSeconds) 1000) (int (dig "limits" "drainMs" 0 .Values.config)) (int (dig "limits" "stopTimeoutMs" 10000 .Values.config)) -}}
{{- if le (mul (int .Values.terminationGracePeriodSeconds) 1000) $stopMs -}}
{{- fail (printf "terminationGracePeriodSeconds: a pod is killed after %d s, before drainSeconds, config.limits.drainMs and config.limits.stopTimeoutMs are over, together %d ms: say more" (int .Values.terminationGracePeriodSeconds) $stopMs) -}}
{{- end -}}
{{- if not (hasPrefix "/var/lib/sallyport/" (toString .Values.config.dataFolder)) -}}
{{- fail "config.dataFolder: the claim is mounted at /var/lib/sallyport; a folder elsewhere cannot be written" -}}
{{- end -}}
{{- end -}}
