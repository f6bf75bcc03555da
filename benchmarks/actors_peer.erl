%% The same measurements on OTP, for `python -m benchmarks actors`. Prints "name value" lines.
-module(actors_peer).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

main() ->
    logger:set_primary_config(level, none),
    show("hop", median(fun hop/0)),
    show("ask", median(fun ask/0)),
    show("start", median(fun start/0)),
    show("start_child", median(fun start_child/0)),
    show("crash_to_restarted", median(fun() -> crash(0) end)),
    show("crash_to_restarted_100k", median(fun() -> crash(100000) end)),
    show("memory", memory()),
    halt().

show(Name, Value) -> io:format("~s ~.4f~n", [Name, float(Value)]).

median(F) ->
    lists:nth(3, lists:sort([F() || _ <- lists:seq(1, 5)])).

micros(F, N) ->
    T0 = erlang:monotonic_time(nanosecond),
    F(),
    (erlang:monotonic_time(nanosecond) - T0) / 1000 / N.

%% One module plays both the supervisor and the server.
init(sup) ->
    {ok, {#{strategy => simple_one_for_one, intensity => 1000000000, period => 3600},
          [#{id => w, start => {gen_server, start_link, [?MODULE]}}]}};
init({told, Pid}) ->
    Pid ! {started, self()},
    {ok, Pid};
init(quiet) ->
    {ok, none}.

handle_call(Message, _From, State) -> {reply, Message, State}.
handle_cast({0, _, Done}, State) -> Done ! done, {noreply, State};
handle_cast({N, Other, Done}, State) ->
    gen_server:cast(Other, {N - 1, self(), Done}),
    {noreply, State}.
handle_info(crash, State) -> {stop, crashed, State}.

hop() ->
    {ok, A} = gen_server:start(?MODULE, quiet, []),
    {ok, B} = gen_server:start(?MODULE, quiet, []),
    N = 500000,
    Us = micros(fun() -> gen_server:cast(A, {N, B, self()}), receive done -> ok end end, N),
    gen_server:stop(A), gen_server:stop(B),
    Us.

ask() ->
    {ok, A} = gen_server:start(?MODULE, quiet, []),
    N = 100000,
    Us = micros(fun() -> [gen_server:call(A, I) || I <- lists:seq(1, N)] end, N),
    gen_server:stop(A),
    Us.

start() ->
    N = 10000,
    Self = self(),
    Us = micros(fun() ->
        Self ! {pids, [begin {ok, P} = gen_server:start(?MODULE, quiet, []), P end
                       || _ <- lists:seq(1, N)]} end, N),
    receive {pids, Pids} -> [gen_server:stop(P) || P <- Pids] end,
    Us.

sup() ->
    {ok, Sup} = supervisor:start_link(?MODULE, sup),
    unlink(Sup),
    Sup.

stop(Sup) ->
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, _, _, _} -> ok end.

start_child() ->
    Sup = sup(),
    N = 10000,
    Us = micros(fun() ->
        [{ok, _} = supervisor:start_child(Sup, [quiet, []]) || _ <- lists:seq(1, N)] end, N),
    stop(Sup),
    Us.

crash(Others) ->
    Sup = sup(),
    [{ok, _} = supervisor:start_child(Sup, [quiet, []]) || _ <- lists:seq(1, Others)],
    {ok, First} = supervisor:start_child(Sup, [{told, self()}, []]),
    receive {started, First} -> ok end,
    N = 5000,
    Us = micros(fun() -> crash_loop(First, N) end, N),
    stop(Sup),
    Us.

crash_loop(_, 0) -> ok;
crash_loop(Pid, N) ->
    Pid ! crash,
    receive {started, Next} -> crash_loop(Next, N - 1) end.

memory() ->
    Pids = [begin {ok, P} = gen_server:start(?MODULE, quiet, []), P end || _ <- lists:seq(1, 1000)],
    Sum = lists:sum([element(2, process_info(P, memory)) || P <- Pids]),
    [gen_server:stop(P) || P <- Pids],
    Sum / 1000.
