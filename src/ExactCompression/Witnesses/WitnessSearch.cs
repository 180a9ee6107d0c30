using System.Runtime.InteropServices;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Searches inputs that show neurons unstable: runs sample points through the network on a device, then attacks what is still open. Every
/// iterate of every attack counts for every open neuron of every layer that the pass went through, and every candidate is checked in double
/// before it is credited.
/// </summary>
internal sealed class WitnessSearch : IDisposable
{
    /// <summary>A cancelled search waits for so many steps at most.</summary>
    private const int StepsAtOnce = 8;

    private readonly VerdictLedger board;
    private readonly SearchClock clock;
    private readonly ResilientSession device;
    private readonly WitnessCheck check;
    private readonly SamplePool pool;
    private readonly int inputs;
    private readonly MissingSigns[] wanted;
    private readonly List<WitnessCandidate> candidates = [];

    /// <summary>
    /// How far into the pool the search has come, and how far the session that works for it has: a new one has its starts to gather anew.
    /// </summary>
    private int reached, seen;
    private bool firstLayerTried;

    /// <summary>Opens a device for the search.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="data">Rows to run through the network, or null.</param>
    /// <param name="device">Where to compute; the CPU takes its place if it fails.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time.</param>
    /// <param name="corners">Points to look at before all others, row-major.</param>
    /// <param name="mostRows">How many rows of the data to take at most.</param>
    public WitnessSearch(
        VerdictLedger board, InputData? data, IWitnessDevice device, SearchOptions options, SearchClock clock, float[] corners,
        int mostRows = int.MaxValue)
    {
        this.board = board;
        this.clock = clock;
        data?.RequireColumns(board.Network.InputSize);
        inputs = board.Network.InputSize;
        this.device = new(board, device, options);
        check = new(board.Network, board.Domain);
        pool = new(board.Domain, corners, data, mostRows, options.Seed);
        wanted = new MissingSigns[board.Count];
        Random = new(options.Seed);
    }

    /// <summary>The device's limit on a batch.</summary>
    public int MaxPoints => Session.MaxPoints;

    /// <summary>Fewer points take the device about as long.</summary>
    public int MinPoints => Session.MinPoints;

    /// <summary>The device that the search is on now.</summary>
    public string DeviceName => device.DeviceName;

    /// <summary>Decides the order of targets; the same seed gives the same search.</summary>
    public Random Random { get; }

    private IWitnessSession Session => device.Current;

    /// <summary>Neurons of a layer that still want a witness, with its sign.</summary>
    /// <param name="layer">1-based hidden layer; 0 for all.</param>
    public List<SignTarget> Open(int layer)
    {
        var open = new List<SignTarget>();
        int first = layer == 0 ? 0 : board.Offsets[layer - 1], end = layer == 0 ? board.Count : board.Offsets[layer];
        for (int i = first; i < end; i++)
        {
            MissingSigns signs = WantedOf(i);
            if ((signs & MissingSigns.Above) != 0)
                open.Add(new(i, true));
            if ((signs & MissingSigns.Below) != 0)
                open.Add(new(i, false));
        }

        return open;
    }

    public bool IsOpen(SignTarget target) => board.Wants(target.Index, target.Above);

    /// <summary>Runs the corners that the search was given through the network.</summary>
    public void SampleCorners() => SampleTo(pool.Corners);

    /// <summary>Runs what it has not seen of the pool through the network; stops as soon as nothing is open.</summary>
    public void SampleAll() => SampleTo(pool.Count);

    /// <summary>Tries given points, such as the corners where linear bounds are reached.</summary>
    /// <param name="points">Row-major count x inputs.</param>
    /// <param name="count">Number of points.</param>
    public void Try(float[] points, int count)
    {
        for (int first = 0; first < count;)
        {
            OnDevice(() =>
            {
                int rows = Math.Min(MaxPoints, count - first);
                Load(points, first, rows);
                Session.Forward();
                Credit();
                first += rows;
            });
        }
    }

    /// <summary>Checks points without the device, whose float32 does not see values close to 0.</summary>
    /// <param name="points">Points of the domain.</param>
    public void Confirm(double[][] points)
    {
        if (check.Credit(points, board) > 0)
            TellWanted();
    }

    /// <summary>The best points for each target among those of the pool that were sampled while it was open, best first.</summary>
    /// <param name="targets">Neurons with signs.</param>
    /// <param name="most">How many points an target gets at most.</param>
    /// <returns>For each target, its points in the pool, for <see cref="FromPool"/>.</returns>
    public int[][] BestStarts(IReadOnlyList<SignTarget> targets, int most)
    {
        int[][] starts = [];
        OnDevice(() =>
        {
            SampleSeen();
            starts = [.. targets.Select(
                target => Session.ReadStarts(target.Index, target.Above) is var best && best.Length > most ? best[..most] : best)];
        });
        return starts;
    }

    /// <summary>Copies points of the pool.</summary>
    /// <param name="rows">0-based points of the pool.</param>
    /// <returns>Row-major rows x inputs.</returns>
    public float[] FromPool(int[] rows)
    {
        var points = new float[rows.Length * inputs];
        for (int r = 0; r < rows.Length; r++)
            pool.Copy(rows[r], 1, points.AsSpan(r * inputs, inputs));
        return points;
    }

    /// <summary>
    /// Attacks: momentum ascent with a falling step, each point towards its own target. A point whose target is settled is given another
    /// open one of its batch.
    /// </summary>
    /// <param name="layer">1-based hidden layer of all the targets.</param>
    /// <param name="starts">Row-major targets x inputs.</param>
    /// <param name="targets">The target of each point.</param>
    /// <param name="steps">How many steps at most.</param>
    /// <param name="width">Length of the first step as a share of the domain's width.</param>
    /// <param name="patience">Ends after this many steps in which nothing was settled.</param>
    public void Ascend(int layer, float[] starts, SignTarget[] targets, int steps, float width, int patience = int.MaxValue)
    {
        for (int first = 0; first < targets.Length;)
        {
            OnDevice(() =>
            {
                int rows = Math.Min(MaxPoints, targets.Length - first);
                Load(starts, first, rows);
                Ascend(layer, targets[first..(first + rows)], new PgdSchedule(steps, width), patience);
                first += rows;
            });
        }
    }

    /// <summary>A short attack on one target from each of some points.</summary>
    /// <param name="target">The neuron and the sign.</param>
    /// <param name="starts">Row-major count x inputs.</param>
    /// <param name="count">Number of starts.</param>
    /// <param name="steps">How many steps at most.</param>
    public void Ascend(SignTarget target, float[] starts, int count, int steps)
    {
        var targets = new SignTarget[count];
        Array.Fill(targets, target);
        Ascend(board.Place(target.Index).Layer, starts, targets, steps, width: 0.1f);
    }

    public void Dispose()
    {
        device.Dispose();
        check.Dispose();
    }

    /// <summary>
    /// Does work on the device, and once more where that fails: on smaller batches, or on the CPU. What was credited stays so.
    /// </summary>
    private void OnDevice(Action work)
    {
        for (;;)
        {
            try
            {
                work();
                return;
            }
            catch (ComputeDeviceException failure)
            {
                device.Replace(failure);
                seen = 0;
            }
        }
    }

    private void SampleTo(int end)
    {
        reached = Math.Max(reached, end);
        OnDevice(SampleSeen);
    }

    /// <summary>
    /// Runs the pool through the session as far as the search has come; the next batch is brought over while one is worked on.
    /// </summary>
    private void SampleSeen()
    {
        int staged = 0;
        while (seen < reached && TellWanted())
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Sampling, 0);
            if (staged == 0)
                staged = StageFromPool(seen);
            Session.Load();
            Session.Forward();
            int rows = staged;
            staged = seen + rows < reached ? StageFromPool(seen + rows) : 0;
            Credit();
            if (seen == 0)
                CreditCornersOfFirstLayer();
            Session.KeepStarts(seen);
            seen += rows;
        }
    }

    private int StageFromPool(int start)
    {
        int rows = Math.Min(MaxPoints, reached - start);
        Session.Stage(rows, (first, count, points) => pool.Copy(start + first, count, points));
        return rows;
    }

    private void Load(float[] points, int start, int rows)
    {
        clock.ThrowIfExpired();
        Session.Stage(rows, (first, count, into) => points.AsSpan((start + first) * inputs, count * inputs).CopyTo(into));
        Session.Load();
        TellWanted();
    }

    /// <summary>Tells the session which witnesses are still worth a search.</summary>
    /// <returns>Whether any is.</returns>
    private bool TellWanted()
    {
        // Of the first layer each neuron's best input has been tried: what that did not show, no other point does.
        int first = firstLayerTried ? board.Offsets[1] : 0;
        MissingSigns any = MissingSigns.None;
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i] = i < first ? MissingSigns.None : WantedOf(i);
            any |= wanted[i];
        }

        Session.Want(wanted);
        return any != MissingSigns.None;
    }

    private MissingSigns WantedOf(int neuron) =>
        (board.Wants(neuron, above: true) ? MissingSigns.Above : 0) | (board.Wants(neuron, above: false) ? MissingSigns.Below : 0);

    private void Ascend(int layer, SignTarget[] targets, PgdSchedule ascent, int patience)
    {
        int offset = board.Offsets[layer - 1];
        var neurons = new int[targets.Length];
        var signs = new float[targets.Length];
        Session.Forward();
        bool found = Credit() > 0, aimed = false;
        for (int t = 0, idle = found ? 0 : 1; ;)
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Attack, layer);
            if (!aimed || found)
            {
                SignTarget[] open = [.. targets.Where(IsOpen).Distinct()];
                if (open.Length == 0)
                    return;
                for (int p = 0; p < targets.Length; p++)
                {
                    if (!IsOpen(targets[p]))
                        targets[p] = open[Random.Next(open.Length)];
                    neurons[p] = targets[p].Index - offset;
                    signs[p] = targets[p].Above ? 1 : -1;
                }

                Session.Aim(layer, neurons, signs);
                aimed = true;
            }

            if (idle > patience || t == ascent.Steps)
                return;
            int next = Session.Ascend(ascent, t, (int)Math.Min(ascent.Steps, t + Math.Min(StepsAtOnce, (long)patience + 1 - idle)));
            found = Credit() > 0;
            idle = found ? 0 : idle + next - t;
            t = next;
        }
    }

    /// <summary>Checks the session's candidates in double, and tells it what is wanted no more.</summary>
    /// <returns>How many witnesses were new.</returns>
    private int Credit()
    {
        candidates.Clear();
        Session.ReadCandidates(candidates);
        int credited = 0;
        var block = new List<double[]>();
        var taken = new List<long>();
        var point = new float[candidates.Count == 0 ? 0 : inputs];
        foreach (WitnessCandidate candidate in candidates)
        {
            if (!board.Wants(candidate.Neuron, candidate.Above) || taken.Contains(candidate.Place))
                continue;
            taken.Add(candidate.Place);
            Session.ReadWitness(candidate, point);
            block.Add(check.IntoDomain(point, 1)[0]);
            if (block.Count == 16)
                Flush();
        }

        Flush();
        if (credited > 0)
            TellWanted();
        return credited;

        void Flush()
        {
            credited += check.Credit(CollectionsMarshal.AsSpan(block), board);
            block.Clear();
        }
    }

    /// <summary>For the first layer the best input is known: the corner that the signs of the neuron's weights point to.</summary>
    private void CreditCornersOfFirstLayer()
    {
        const int Block = 64;
        List<SignTarget> open = Open(1);
        for (int first = 0; first < open.Count; first += Block)
        {
            clock.ThrowIfExpired();
            double[][] corners = [.. open.Skip(first).Take(Block).Where(IsOpen).Select(BestCorner)];
            check.Credit(corners, board);
        }

        firstLayerTried = true;
        TellWanted();
    }

    private double[] BestCorner(SignTarget target) => board.Domain.Corner(board.Network.Layers[0].Row(target.Index), target.Above);
}
