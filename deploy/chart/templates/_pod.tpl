{{/* What the gateway reads and writes, and so does what looks at its configuration before it. */}}
{{- define "sallyport.mounts" -}}
- { name: data, mountPath: /var/lib/sallyport }
- { name: config, mountPath: /etc/sallyport/sallyport.yaml, subPath: sallyport.yaml, readOnly: true }
- { name: policy, mountPath: /etc/sallyport/policy, readOnly: true }
{{- if .Values.files }}
- { name: files, mountPath: /etc/sallyport/files, readOnly: true }
{{- end }}
{{- range $name, $secret := .Values.secrets }}
- { name: {{ printf "secret-%s" $name }}, mountPath: {{ printf "/etc/sallyport/secrets/%s" $name }}, readOnly: true }
{{- end }}
{{- if include "sallyport.tlsSecret" . }}
- { name: tls, mountPath: /etc/sallyport/tls, readOnly: true }
{{- end }}
{{- if .Values.clusterToken.enabled }}
- { name: cluster, mountPath: /var/run/secrets/sallyport/cluster, readOnly: true }
{{- end }}
{{- end -}}

{{- define "sallyport.drain" -}}
{{- if and (gt (int .Values.drainSeconds) 0) (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) -}}
lifecycle:
  preStop: { sleep: { seconds: {{ .Values.drainSeconds }} } }
{{- end -}}
{{- end -}}

{{/* The pod, alike in both modes. */}}
{{- define "sallyport.pod" -}}
metadata:
  labels:
    {{- include "sallyport.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    # The configuration is read at start; policies are followed, and are not in this sum.
    checksum/config: {{ include "sallyport.config" . | sha256sum }}
    checksum/files: {{ toYaml .Values.files | sha256sum }}
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "sallyport.account" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .Values.dnsConfig }}
  dnsConfig: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.hostAliases }}
  hostAliases: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if or (eq .Values.mode "daemonset") .Values.storeMigration.secretName }}
  initContainers:
    {{- if .Values.storeMigration.secretName }}
    - name: migrate
      image: {{ include "sallyport.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - store
        - migrate
        - --config=/etc/sallyport/sallyport.yaml
        - --url-file=/etc/sallyport/migration/url
        {{- with .Values.storeMigration.gatewayRole }}
        - --gateway-role={{ . }}
        {{- end }}
      resources: {{ toYaml .Values.resources | nindent 8 }}
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        privileged: false
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: migration, mountPath: /etc/sallyport/migration, readOnly: true }
        {{- include "sallyport.mounts" . | nindent 8 }}
    {{- end }}
    {{- if eq .Values.mode "daemonset" }}
    # A folder of the node is root's when the kubelet makes it.
    - name: folder
      image: {{ include "sallyport.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [/usr/bin/node, -e, "require('node:fs').chownSync('/var/lib/sallyport', 65532, 65532)"]
      resources: {{ toYaml .Values.resources | nindent 8 }}
      securityContext:
        runAsNonRoot: false
        runAsUser: 0
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        capabilities: { drop: [ALL], add: [CHOWN] }
      volumeMounts:
        - { name: data, mountPath: /var/lib/sallyport }
    {{- end }}
  {{- end }}
  containers:
    - name: gateway
      image: {{ include "sallyport.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [gateway, --config, /etc/sallyport/sallyport.yaml]
      {{- with .Values.env }}
      env: {{ toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - { name: https, containerPort: {{ .Values.config.listen.port }} }
        - { name: private, containerPort: {{ .Values.config.private.port }} }
        {{- range .Values.config.targets }}
        {{- if .port }}
        - { name: {{ printf "t-%v" (int .port) }}, containerPort: {{ .port }} }
        {{- end }}
        {{- end }}
        {{- with .Values.config.console }}
        - { name: console, containerPort: {{ .port }} }
        {{- end }}
      readinessProbe:
        httpGet: { path: /readyz, port: private }
        periodSeconds: 5
        timeoutSeconds: 3
      livenessProbe:
        httpGet: { path: /healthz, port: private }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      startupProbe:
        httpGet: { path: /healthz, port: private }
        periodSeconds: 1
        timeoutSeconds: 3
        failureThreshold: 120
      {{- include "sallyport.drain" . | nindent 6 }}
      resources: {{ toYaml .Values.resources | nindent 8 }}
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        privileged: false
        capabilities: { drop: [ALL] }
      volumeMounts:
        {{- include "sallyport.mounts" . | nindent 8 }}
  volumes:
    {{- with .Values.storeMigration.secretName }}
    - name: migration
      secret: { secretName: {{ . }}, defaultMode: 0440 }
    {{- end }}
    {{- if eq .Values.mode "daemonset" }}
    - name: data
      hostPath: { path: {{ .Values.persistence.hostPath }}, type: DirectoryOrCreate }
    {{- end }}
    - name: config
      configMap: { name: {{ include "sallyport.name" . }} }
    - name: policy
      configMap: { name: {{ include "sallyport.name" . }}-policy }
    {{- if .Values.files }}
    - name: files
      configMap: { name: {{ include "sallyport.name" . }}-files }
    {{- end }}
    {{- range $name, $secret := .Values.secrets }}
    - name: {{ printf "secret-%s" $name }}
      secret: { secretName: {{ $secret }}, defaultMode: 0440 }
    {{- end }}
    {{- if include "sallyport.tlsSecret" . }}
    - name: tls
      secret: { secretName: {{ include "sallyport.tlsSecret" . }}, defaultMode: 0440 }
    {{- end }}
    {{- if .Values.clusterToken.enabled }}
    - name: cluster
      projected:
        defaultMode: 0440
        sources:
          - serviceAccountToken:
              path: token
              expirationSeconds: {{ .Values.clusterToken.expirationSeconds }}
              {{- with .Values.clusterToken.audience }}
              audience: {{ . }}
              {{- end }}
          - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.topologySpreadConstraints }}
  topologySpreadConstraints: {{ toYaml .Values.topologySpreadConstraints | nindent 4 }}
  {{- else if and (eq .Values.mode "statefulset") (gt (int .Values.replicas) 1) }}
  # One node takes no more of them with it than it must.
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: { matchLabels: {{ include "sallyport.selector" . | fromYaml | toJson }} }
  {{- end }}
{{- end -}}
