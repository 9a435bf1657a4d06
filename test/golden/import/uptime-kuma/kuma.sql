-- Tables and columns as db/knex_init_db.js of Uptime Kuma 2 and its migrations make them (a part).
CREATE TABLE "monitor" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(150), active BOOLEAN NOT NULL DEFAULT 1,
  user_id INTEGER, interval INTEGER NOT NULL DEFAULT 20, url TEXT, type VARCHAR(20),
  weight INTEGER DEFAULT 2000, hostname VARCHAR(255), port INTEGER,
  created_date DATETIME NOT NULL DEFAULT (DATETIME('now')), keyword VARCHAR(255),
  maxretries INTEGER NOT NULL DEFAULT 0, ignore_tls BOOLEAN NOT NULL DEFAULT 0,
  upside_down BOOLEAN NOT NULL DEFAULT 0, maxredirects INTEGER NOT NULL DEFAULT 10,
  accepted_statuscodes_json TEXT NOT NULL DEFAULT '["200-299"]', dns_resolve_type VARCHAR(5),
  dns_resolve_server VARCHAR(255), dns_last_result VARCHAR(255),
  retry_interval INTEGER NOT NULL DEFAULT 0, push_token VARCHAR(32) DEFAULT NULL,
  method TEXT NOT NULL DEFAULT 'GET', body TEXT, headers TEXT, basic_auth_user TEXT,
  basic_auth_pass TEXT, docker_host INTEGER, docker_container VARCHAR(255), proxy_id INTEGER,
  expiry_notification BOOLEAN DEFAULT 1, mqtt_topic TEXT, mqtt_success_message VARCHAR(255),
  database_connection_string VARCHAR(2000), database_query TEXT, auth_method VARCHAR(250),
  grpc_url VARCHAR(255), grpc_enable_tls BOOLEAN NOT NULL DEFAULT 0, radius_password VARCHAR(255),
  resend_interval INTEGER NOT NULL DEFAULT 0, packet_size INTEGER NOT NULL DEFAULT 56,
  game VARCHAR(255), http_body_encoding VARCHAR(25), description TEXT, parent INTEGER,
  invert_keyword BOOLEAN NOT NULL DEFAULT 0, json_path TEXT, expected_value VARCHAR(255),
  kafka_producer_brokers TEXT, timeout DOUBLE DEFAULT 0, gamedig_given_port_only BOOLEAN NOT NULL DEFAULT 1,
  conditions TEXT NOT NULL DEFAULT '[]', snmp_version VARCHAR DEFAULT '2c', smtp_security TEXT,
  ping_count INTEGER DEFAULT 1, ping_numeric BOOLEAN DEFAULT 1, json_path_operator VARCHAR(255)
);
CREATE TABLE "tag" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(255) NOT NULL, color VARCHAR(255) NOT NULL
);
CREATE TABLE "monitor_tag" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, monitor_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, value TEXT
);
CREATE TABLE "notification" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(255), active BOOLEAN NOT NULL DEFAULT 1,
  user_id INTEGER, is_default BOOLEAN NOT NULL DEFAULT 0, config TEXT
);
CREATE TABLE "monitor_notification" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, monitor_id INTEGER NOT NULL, notification_id INTEGER NOT NULL
);
CREATE TABLE "proxy" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, protocol VARCHAR(10), host VARCHAR(255),
  port INTEGER, auth BOOLEAN, username VARCHAR(255), password VARCHAR(255), active BOOLEAN DEFAULT 1
);
CREATE TABLE "heartbeat" (id INTEGER PRIMARY KEY, monitor_id INTEGER, status INTEGER, msg TEXT);
CREATE TABLE "status_page" (id INTEGER PRIMARY KEY, slug VARCHAR(255), title VARCHAR(255));
INSERT INTO notification (id, name, config) VALUES
  (1, 'Pager', '{"name":"Pager","type":"telegram","telegramBotToken":"123:telegram-secret","telegramChatID":"-100200","telegramSendSilently":true}');
INSERT INTO proxy (id, protocol, host, port, auth, active) VALUES (1, 'socks5', '10.0.0.4', 1080, 0, 1);
INSERT INTO tag (id, name, color) VALUES (1, 'team', '#059669');
INSERT INTO monitor (id, name, type, interval, active) VALUES (1, 'Public', 'group', 60, 1);
INSERT INTO monitor (id, name, type, url, interval, maxretries, parent, timeout, http_body_encoding, headers) VALUES
  (2, 'Front', 'http', 'https://shop.example.com/?token=query-secret', 60, 1, 1, 24, 'json', '{"Authorization":"Bearer header-secret"}');
INSERT INTO monitor (id, name, type, hostname, port, interval, smtp_security) VALUES
  (3, 'Mail', 'smtp', 'mail.example.com', 587, 120, 'starttls');
INSERT INTO monitor (id, name, type, url, interval, proxy_id) VALUES
  (4, 'Behind a proxy', 'http', 'https://inside.example.com/', 60, 1);
INSERT INTO monitor (id, name, type, hostname, interval, upside_down) VALUES (5, 'Silent', 'ping', '192.0.2.9', 60, 1);
INSERT INTO monitor_tag (monitor_id, tag_id, value) VALUES (2, 1, 'shop');
INSERT INTO monitor_notification (monitor_id, notification_id) VALUES (2, 1), (3, 1);
INSERT INTO heartbeat (id, monitor_id, status, msg) VALUES (1, 2, 1, 'OK'), (2, 2, 1, 'OK');
INSERT INTO status_page (id, slug, title) VALUES (1, 'main', 'Status');
