/**
 * Words of 7 letters and more that stand in Secrets and mean nothing secret: names of users, of databases, of environments. Masking them wherever they
 * stand would make a log unreadable, and would tell that a Secret holds one.
 *
 * What is in no such list is masked: a word that is missing costs a needless mask, one too many shows a value.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `username password database hostname postgres postgresql mongodb mariadb rabbitmq elastic elasticsearch opensearch cassandra
  clickhouse cockroach influxdb grafana prometheus kubernetes keycloak service services account accounts default production
  staging development testing preview internal external public private primary replica replicas secondary readonly readwrite
  administrator anonymous operator superuser application backend frontend monitoring logging metrics network storage cluster
  namespace localhost localdomain example changeme required optional enabled disabled verify-full verify-ca require prefer
  disable unknown nothing undefined standard premium regional eastus westus us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1
  eu-west-2 eu-central-1 eu-north-1 ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 sa-east-1 ca-central-1 language
  english encoding charset content message messages session sessions request response customer customers company project
  projects version versions release releases registry repository container containers certificate information configuration
  integration connection connections transaction security identity management resource resources gateway webhook webhooks
  template templates schedule scheduler pipeline pipelines processor consumer producer controller exporter importer`.split(
    /\s+/,
  ),
);
