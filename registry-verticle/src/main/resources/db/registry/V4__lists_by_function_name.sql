-- A list of one function by its name, of which there may be few among very many.
create index activation_by_function_name on activation (owner, function_name, id desc);
