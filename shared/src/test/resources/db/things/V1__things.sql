CREATE TABLE thing (id integer PRIMARY KEY, name text NOT NULL);
