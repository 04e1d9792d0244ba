package dev.faas.cli.account;

/** What an API key may do, as the API writes it. */
enum Scope {
    read,
    invoke,
    functions,
    secrets
}
