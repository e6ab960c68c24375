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
{{- else if eq .Values.tls.mode "certManager" -}}
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

{{/* The Secret of the webhook's own certificate. */}}
{{- define "sallyport.webhookSecret" -}}
{{- .Values.podWebhook.tls.secretName | default (printf "%s-webhook" (include "sallyport.name" .)) -}}
{{- end -}}

{{/* What would run, and not do what was meant, is refused here. */}}
{{- define "sallyport.refusals" -}}
{{- $several := or (eq .Values.mode "daemonset") (gt (int .Values.replicas) 1) -}}
{{- if and $several (eq .Values.tls.mode "local") -}}
{{- fail "tls.mode is local: each gateway would make a CA of its own; with more than one, say secret or certManager" -}}
{{- end -}}
{{- if $several -}}
{{- if not (dig "store" "postgres" "urlFile" "" .Values.config) -}}
{{- fail "several gateways share grants and kills through a PostgreSQL: say config.store.postgres.urlFile and config.store.keyFile" -}}
{{- end -}}
{{- if not (dig "masks" "keyFile" "" .Values.config) -}}
{{- fail "several gateways make the same masks only under one key: say config.masks.keyFile" -}}
{{- end -}}
{{- end -}}
{{- if .Values.podWebhook.enabled -}}
{{- $ports := list -}}
{{- range .Values.config.targets }}{{ if .port }}{{ $ports = append $ports .port }}{{ end }}{{ end -}}
{{- if not $ports -}}
{{- fail "podWebhook: programs in pods know a host and a port and no path: give the targets that they reach a `port`" -}}
{{- end -}}
{{- with .Values.podWebhook.tls -}}
{{- if and .secretName (not .caBundle) (not .certManager) -}}
{{- fail "podWebhook.tls: say in caBundle who signed the certificate of secretName" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not (hasPrefix "/var/lib/sallyport/" (toString .Values.config.dataFolder)) -}}
{{- fail "config.dataFolder: the claim is mounted at /var/lib/sallyport; a folder elsewhere cannot be written" -}}
{{- end -}}
{{- end -}}
