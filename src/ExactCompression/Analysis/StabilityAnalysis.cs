using ExactCompression.Analysis;
using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression;

/// <summary>
/// Decides which hidden neurons are stable: the library behind <c>Find-UnstableNeuronsGpu</c> and <c>Find-StableNeurons</c>.
/// </summary>
public static class StabilityAnalysis
{
    /// <summary>
    /// Parts of the input box that a layer may take, times the weights up to it: about ten minutes on two cores for one neuron.
    /// </summary>
    private const long SplittingEffort = 800_000_000_000;

    /// <summary>
    /// What a part costs at least, in weights: without it a tie that rounding leaves open would be split for days in a network of a few
    /// neurons.
    /// </summary>
    private const long LeastPartCost = 2_000;

    /// <summary>The share of that which comes first, before local search: most neurons need no more.</summary>
    private const long QuickShare = 256;

    /// <summary>The share that every group of neurons may take at first, hard or easy: estimates can be far too low.</summary>
    private const long FirstShare = 64;

    /// <summary>What is still open then goes on to this much more.</summary>
    private const long Growth = 4;

    /// <summary>Points that walk for each open neuron in the first local search; then as many times more as the parts are.</summary>
    private const int Walkers = 128;

    /// <summary>Random dives that estimate what a neuron's partition takes.</summary>
    private const int Dives = 100;

    /// <summary>
    /// Data rows beside an attack that targets: more find little that it does not. All rows are run by <see cref="FindUnstable"/>.
    /// </summary>
    private const int MostRows = 4_096;

    /// <summary>
    /// So many signs left open by the first attacks are often out of reach; a device runs all data sooner than the CPU bounds more of them.
    /// </summary>
    private const int FewOpen = 32;

    /// <summary>The witness half: shows neurons unstable by points of the domain, on a device. Never claims that one is stable.</summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network.</exception>
    public static StabilityTable FindUnstable(
        StabilityTable table, InputData? data, IWitnessDevice device, SearchOptions options, CancellationToken cancellation)
    {
        data?.RequireColumns(table.Network.InputSize);
        var board = new VerdictLedger(table);
        using var clock = new SearchClock(board, options, cancellation);
        string used = device.Name;
        try
        {
            ImportedWitnesses.Check(table, board);

            // Bounds rule out many signs, and a search for those would run all points of the data and end with nothing. But they are no
            // verdicts here: only the witnesses are taken over.
            var outlook = new VerdictLedger(table) { Witnesses = board };
            Dictionary<SignTarget, float[]> hints = BoundPropagation.Run(outlook, clock);
            using var search = new WitnessSearch(outlook, data, device, options, clock, [.. hints.Values.SelectMany(static c => c)]);
            try
            {
                SampleAndAttack(outlook, search, clock, FewOpen);
            }
            finally
            {
                used = search.DeviceName;
            }
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            // Time is over or the user stopped: what is decided stays decided.
        }

        board.Close(options);
        return board.ToTable(clock.Elapsed, clock.Stages, used);
    }

    /// <summary>
    /// Both halves: rigorous bounds prove neurons stable, witnesses show them unstable, cheapest evidence first. What a MILP solver alone
    /// has said of a neuron is proven or refuted if it can be.
    /// </summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network.</exception>
    public static StabilityTable FindStable(StabilityTable table, InputData? data, SearchOptions options, CancellationToken cancellation) =>
        FindStable(table, data, options, null, cancellation);

    /// <summary>The same for some neurons alone; what is proven of others on the way stays.</summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="scope">The neurons to decide, by their index over all layers; null for all.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has.</param>
    internal static StabilityTable FindStable(
        StabilityTable table, InputData? data, SearchOptions options, Func<int, bool>? scope, CancellationToken cancellation)
    {
        data?.RequireColumns(table.Network.InputSize);
        var board = new VerdictLedger(table, reopenClaims: true, scope);
        using var clock = new SearchClock(board, options, cancellation);
        try
        {
            ImportedWitnesses.Check(table, board);
            Dictionary<SignTarget, float[]> hints = BoundPropagation.Run(board, clock);
            if (hints.Count == 0)
                ZeroTies.Decide(board, clock);
            if (board.Decided < board.Count)
                FindWitnesses(board, data, options, clock, hints);
            ZeroTies.Enumerate(board, clock, quickly: false);
            ExactSigns.Show(board, clock);

            // Nothing but time ends a solver, so it is asked only where the time is limited; and last, for what it says is no premise of a
            // proof.
            if (board.Decided < board.Count && options is { TimeLimit: not null, WithoutSolvers: false })
                clock.Run(SearchStage.Milp, () => MilpAnalysis.DecideOpen(board, options, clock));
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            // Time is over or the user stopped: what is decided stays decided.
        }

        ZeroTies.Show(board);
        board.Close(options);
        return board.ToTable(clock.Elapsed, clock.Stages, null);
    }

    /// <summary>
    /// Decides what takes little: bounds, the corners where they are reached, linear pieces where they are few, a coarse partition, small
    /// trees.
    /// </summary>
    /// <param name="board">What is known, and which neurons are to be decided.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time and threads.</param>
    internal static void DecideQuickly(VerdictLedger board, SearchOptions options, SearchClock clock)
    {
        Dictionary<SignTarget, float[]> hints = BoundPropagation.Run(board, clock);
        if (board.Decided == board.Count)
            return;
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(board, null, device, options, clock, [.. hints.Values.SelectMany(static c => c)], MostRows);
        clock.Run(SearchStage.Sampling, search.SampleCorners);
        ExactSigns.DecideFirst(board, clock);
        ZeroTies.Decide(board, clock);
        ZeroTies.Enumerate(board, clock, quickly: true);
        if (board.Decided < board.Count && board.Network.InputSize <= InputBranchAndBound.MostInputs)
            SplitQuickly(board, search, clock);
        if (board.Decided < board.Count)
            RefinementSchedule.RunQuickly(board, clock, search, int.MaxValue);
    }

    /// <summary>
    /// Witnesses and proofs for what cheap bounds have left open; last, and only where samples and attacks leave something too, search
    /// trees.
    /// </summary>
    private static void FindWitnesses(
        VerdictLedger board, InputData? data, SearchOptions options, SearchClock clock, Dictionary<SignTarget, float[]> hints)
    {
        using var device = new SimdWitnessDevice();
        using var search = new WitnessSearch(board, data, device, options, clock, [.. hints.Values.SelectMany(static c => c)], MostRows);
        SampleAndAttack(board, search, clock);
        if (board.Decided == board.Count)
            return;
        if (board.Network.InputSize <= InputBranchAndBound.MostInputs)
        {
            SplitQuickly(board, search, clock);
            ZeroTies.Enumerate(board, clock, quickly: true);
            SplitFully(board, search, clock, options.Seed);
        }

        RefinementSchedule.Run(board, clock, search, hints);
    }

    /// <summary>
    /// From cheap to dear: the corners where linear bounds are reached show most unstable neurons at once; attacks from the best of them,
    /// and optimised bounds, often settle the few others. Only then the many points of the pool pay.
    /// </summary>
    /// <param name="board">What is known.</param>
    /// <param name="search">The search for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="mostToBound">With more signs open than this, the pool comes before optimised bounds.</param>
    private static void SampleAndAttack(VerdictLedger board, WitnessSearch search, SearchClock clock, int mostToBound = int.MaxValue)
    {
        clock.Run(SearchStage.Sampling, search.SampleCorners);
        ExactSigns.DecideFirst(board, clock);
        ZeroTies.Decide(board, clock);
        Attack(board, search, clock);
        if (search.Open(0).Count <= mostToBound)
            RefinementSchedule.RunQuickly(board, clock, search);
        if (board.Decided == board.Count)
            return;
        clock.Run(SearchStage.Sampling, search.SampleAll);
        Attack(board, search, clock);
    }

    /// <summary>
    /// Splits the input box a little for all open sides of one layer after another: what is settled below tightens the bounds above.
    /// </summary>
    private static void SplitQuickly(VerdictLedger board, WitnessSearch search, SearchClock clock)
    {
        for (int layer = 1; layer <= board.DeepestOpen(); layer++)
        {
            int current = layer;
            if (board.HasOpen(layer))
                clock.Run(
                    SearchStage.InputSplitting,
                    () => Split(current, [.. search.Open(current)], SplittingEffort / QuickShare, board, search, clock));
        }
    }

    /// <summary>
    /// Splits the input box for what is still open, easy groups first, and in rounds: the estimates can be far too low. Between rounds a
    /// local search looks longer for witnesses.
    /// </summary>
    private static void SplitFully(VerdictLedger board, WitnessSearch search, SearchClock clock, int seed)
    {
        int walkers = Walkers;
        clock.Run(SearchStage.Attack, () => LocalSearch.Run(board, search, clock, walkers, seed));
        List<(SplittingGroup Group, InputBranchAndBound Splitting)> work = [];
        try
        {
            clock.Run(SearchStage.InputSplitting, () =>
            {
                foreach (SplittingGroup group in BranchingEstimate.Groups(board, search, clock, Dives, seed))
                    work.Add((group, new InputBranchAndBound(board, group.Layer, group.Targets, search, clock)));
            });
            for (long effort = SplittingEffort / FirstShare; effort <= SplittingEffort && board.Decided < board.Count; effort *= Growth)
            {
                foreach ((SplittingGroup group, InputBranchAndBound splitting) in work)
                    clock.Run(SearchStage.InputSplitting, () => splitting.RunTo(effort / PartCost(board, group.Layer)));
                walkers *= (int)Growth;
                clock.Run(SearchStage.Attack, () => LocalSearch.Run(board, search, clock, walkers, seed));
            }
        }
        finally
        {
            work.ForEach(static w => w.Splitting.Dispose());
        }
    }

    private static void Split(int layer, SignTarget[] targets, long effort, VerdictLedger board, WitnessSearch search, SearchClock clock)
    {
        using var splitting = new InputBranchAndBound(board, layer, targets, search, clock);
        splitting.RunTo(Math.Max(1, effort / PartCost(board, layer)));
    }

    private static long PartCost(VerdictLedger board, int layer) => Math.Max(LeastPartCost, WeightsUpTo(board, layer));

    private static long WeightsUpTo(VerdictLedger board, int layer) =>
        Enumerable.Range(1, layer).Sum(l => board.Network.HiddenLayer(l).ConnectionCount);

    private static void Attack(VerdictLedger board, WitnessSearch search, SearchClock clock)
    {
        for (int layer = 2; layer <= board.Network.Depth; layer++)
        {
            int current = layer;
            if (board.HasOpen(current))
                clock.Run(SearchStage.Attack, () => AttackSchedule.Shared(search, current, board.Network.InputSize));
        }
    }
}
