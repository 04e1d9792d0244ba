-- Secrets of functions. The registry cannot open them: only spawners have the private half of the key.
create table secret (
    owner      text collate "C" not null,
    name       text collate "C" not null,
    version    int not null,
    sealed     bytea not null,
    seal_key   text not null,                             -- id of the public key that it is sealed to
    created_at timestamptz not null,
    created_by text not null,
    primary key (owner, name, version)
);

-- Keys of the bucket SECRETS that may say something else than the table above. Version 0 is the newest one's key.
create sequence secret_change;
create table secret_outbox (
    owner    text collate "C" not null,
    name     text collate "C" not null,
    version  int not null,
    change   bigint not null default nextval('secret_change'),
    noted_at timestamptz not null default now(),
    primary key (owner, name, version)
);
