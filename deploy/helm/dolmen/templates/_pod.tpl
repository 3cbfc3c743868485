{{/* Labels of every object. */}}
{{- define "dolmen.labels" -}}
app.kubernetes.io/part-of: dolmen
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What selects the pods of a component; of all where it is empty. */}}
{{- define "dolmen.selector" -}}
app.kubernetes.io/name: dolmen
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "dolmen.config" -}}
{{- if .Values.config }}{{ .Values.config }}{{ else }}{{ .Files.Get "files/dolmen.yaml" }}{{ end }}
{{- end }}

{{- define "dolmen.priorityClass" -}}
{{- if .Values.priorityClass.name }}{{ .Values.priorityClass.name }}{{ else if and .Values.priorityClass.create (eq .Values.mode "cluster") }}{{ .Release.Name }}{{ end }}
{{- end }}

{{/* A pod: root, component ("" alone), settings, args, grace, volumes. */}}
{{- define "dolmen.pod" -}}
metadata:
  labels:
    {{- include "dolmen.selector" . | nindent 4 }}
  annotations:
    # A change of the configuration rolls the pods.
    checksum/config: {{ include "dolmen.config" .root | sha256sum }}
spec:
  serviceAccountName: {{ .root.Release.Name }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .grace }}
  {{- with include "dolmen.priorityClass" .root }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .component }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "dolmen.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: dolmen
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        - name: DOLMEN_LOG_FORMAT
          value: json
        - name: DOLMEN_SERVER_ACCESS_KEYS_FILE
          value: /etc/dolmen-keys/keys
        {{- if not .component }}
        - name: DOLMEN_LOG_MAX_BYTES
          value: {{ .settings.logMaxBytes }}
        {{- end }}
        {{- if or .component .root.Values.kafka.enabled }}
        - name: DOLMEN_LOG_KIND
          value: kafka
        - name: DOLMEN_LOG_KAFKA_BOOTSTRAP_SERVERS
          value: {{ .root.Values.kafka.bootstrapServers | quote }}
        {{- end }}
        {{- range $name, $value := .root.Values.env }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
      ports:
        - name: grpc
          containerPort: 7070
        - name: metrics
          containerPort: 7071
        - name: http
          containerPort: 7080
      startupProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 2
        timeoutSeconds: 3
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: metrics}
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      resources:
        {{- toYaml .settings.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: data
          mountPath: /var/lib/dolmen
        - name: config
          mountPath: /etc/dolmen
          readOnly: true
        - name: keys
          mountPath: /etc/dolmen-keys
          readOnly: true
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: config
      configMap:
        name: {{ .root.Release.Name }}-config
    - name: keys
      secret:
        secretName: {{ .root.Values.keysSecret }}
        defaultMode: 288
        items:
          - key: keys
            path: keys
    - name: tmp
      emptyDir:
        sizeLimit: 256Mi
    {{- with .scratch }}
    - name: data
      emptyDir:
        sizeLimit: {{ . }}
    {{- end }}
{{- end }}

{{/* The volume of what learns, which outlives its set. */}}
{{- define "dolmen.claim" -}}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .Values.trainer.storageClassName }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .Values.trainer.storage }}
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
{{- end }}
