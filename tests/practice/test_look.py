def test_look(database):
    import psycopg
    with psycopg.connect(database.admin) as c:
        for r in c.execute("select tablename, policyname, permissive, roles, cmd, qual, with_check from pg_policies order by 1"): print(r)
        print(c.execute("select relname, relrowsecurity from pg_class where relkind in ('r','p') and relnamespace='public'::regnamespace and not relrowsecurity").fetchall())
        for r in c.execute("select p.oid::regprocedure::text, prosecdef, proconfig, proacl, pg_get_userbyid(proowner) from pg_proc p where pronamespace='public'::regnamespace and (prosecdef or proowner <> 10)"): print(r)
        for r in c.execute("select conrelid::regclass, conname, confrelid::regclass, conkey, confkey from pg_constraint where contype='f' and cardinality(conkey)=1"): print(r)
        print(c.execute("select datacl from pg_database where datname=current_database()").fetchall(), c.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'carep%'").fetchall())
        print(c.execute("select nspacl from pg_namespace where nspname='public'").fetchall())
