-- Price lists that were imported from a sheet. A published one is never changed again.
create table price_lists (
    version text not null,
    base_version text not null,                  -- the list whose categories and rules it has
    source text not null,                        -- the name of the file it came from
    document text not null,                      -- JSON, as catalogue/forms.py reads it
    imported_at timestamptz not null,
    in_force_from date,                          -- its first day; null: a draft
    published_at timestamptz,
    primary key (version),
    check ((in_force_from is null) = (published_at is null))
);
