create table orders (id integer primary key, title text not null, copies integer not null);
insert into orders values (1, 'Sea charts', 2), (2, 'Tide tables', 1), (3, 'Knots', 4);
