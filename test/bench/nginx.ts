/** One process, TLS on both sides, connections that are kept on both sides, nothing logged: what nginx is at its cheapest. */
export function nginxConfig(options: {
  readonly folder: string;
  readonly port: number;
  readonly upstreamPort: number;
}) {
  const { folder, port, upstreamPort } = options;
  return `daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  http2_max_concurrent_streams 250;
  map $http_upgrade $upgraded { default upgrade; '' ''; }
  upstream main { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${folder}/certPem.pem;
    ssl_certificate_key ${folder}/keyPem.pem;
    location / {
      proxy_pass https://main;
      proxy_http_version 1.1;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate ${folder}/caPem.pem;
      proxy_ssl_name localhost;
      proxy_set_header Connection $upgraded;
      proxy_set_header Upgrade $http_upgrade;
      proxy_read_timeout 1h;
    }
  }
}
`;
}
