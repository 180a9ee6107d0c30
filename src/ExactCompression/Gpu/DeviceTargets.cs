using ExactCompression.Gpu.Kernels;
using ExactCompression.Witnesses;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>
/// The signs that a search is missing, and what the device has found of them: candidates with their points, and starts for attacks. Two
/// sign targets per neuron, above and below.
/// </summary>
internal sealed class DeviceTargets : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly int[] widths;
    private readonly int[] offsets;
    private readonly int inputs;
    private readonly ArrayView<int> identity;
    private readonly ArrayView<int> wantedAims;
    private readonly ArrayView<int> rowsOfDeepest;
    private readonly DeviceMatrix<RankedPoint> starts;
    private readonly DeviceMatrix<float> kept;
    private readonly int[] identityOnHost;
    private MissingSigns[] wanted = [];
    private int[] layerWants;
    private int wantedCount;
    private int deepestRows;

    /// <summary>Allocates memory; nothing is wanted yet.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="widths">Widths of the layers with rectifiers, the input's first.</param>
    /// <param name="widest">Elements of the widest layer of all.</param>
    public DeviceTargets(Accelerator accelerator, ReadOnlySpan<int> widths, int widest)
    {
        this.widths = widths.ToArray();
        inputs = widths[0];
        offsets = new int[widths.Length];
        for (int layer = 1; layer < widths.Length; layer++)
            offsets[layer] = offsets[layer - 1] + widths[layer];
        Count = 2 * offsets[^1];
        if ((long)Count * inputs > int.MaxValue)
            throw new NotSupportedException($"{Count} candidates of {inputs} inputs are more elements than an index can count");
        layerWants = new int[widths.Length];
        identityOnHost = [.. Enumerable.Range(0, widest)];
        memory = new(accelerator);
        try
        {
            identity = memory.Vector<int>(identityOnHost.Length);
            identity.CopyFromCPU(identityOnHost);
            wantedAims = memory.Vector<int>(Count);
            rowsOfDeepest = memory.Vector<int>(identityOnHost.Length);
            Largest = memory.Vector<RankedPoint>(Count);
            Proposed = memory.Vector<float>(Count);
            Proposed.MemSetToZero();
            Places = memory.Vector<long>(Count);
            Places.MemSetToZero();
            Found = memory.Vector<int>(1);
            Found.MemSetToZero();
            kept = memory.Matrix((long)Count * inputs);
            starts = memory.Matrix<RankedPoint>((long)Count * WitnessStarts.Most);
            var none = new RankedPoint[Count * WitnessStarts.Most];
            Array.Fill(none, RankedPoint.None);
            starts.Vector(none.Length).CopyFromCPU(none);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Number of sign targets, wanted or not: two per neuron.</summary>
    public int Count { get; }

    /// <summary>The last hidden layer with a wanted sign; 0 where there is none.</summary>
    public int Deepest { get; private set; }

    /// <summary>Whether signs are wanted that were not when the last pass began: it has no values for them.</summary>
    public bool HasGrown { get; set; }

    /// <summary>The wanted sign targets, in order.</summary>
    public ArrayView<int> Wanted => wantedAims.SubView(0, wantedCount);

    /// <summary>One per sign target: the largest value of the last pass.</summary>
    public ArrayView<RankedPoint> Largest { get; }

    /// <summary>One per sign target: the value of its last candidate.</summary>
    public ArrayView<float> Proposed { get; }

    /// <summary>One per sign target: where its candidate was found, or 0.</summary>
    public ArrayView<long> Places { get; }

    /// <summary>One element: not 0 where there is a candidate.</summary>
    public ArrayView<int> Found { get; }

    /// <summary>Sign targets x inputs: the candidates.</summary>
    public MatrixView Kept => kept.As(Count, inputs);

    /// <summary>Sign targets x shares: good points to start from.</summary>
    public RankedView Starts => starts.As(Count, WitnessStarts.Most);

    /// <summary>Bytes that it takes on the device.</summary>
    /// <param name="widths">Widths, the input's first.</param>
    public static long Bytes(ReadOnlySpan<int> widths)
    {
        long signTargets = 0;
        foreach (int width in widths[1..])
            signTargets += 2L * width;
        return signTargets * ((sizeof(float) * (long)widths[0]) + (Interop.SizeOf<RankedPoint>() * (WitnessStarts.Most + 1L)) + 32);
    }

    /// <summary>Sets what is wanted from now on.</summary>
    /// <param name="signs">One element per neuron.</param>
    public void Want(ReadOnlySpan<MissingSigns> signs)
    {
        signs = signs[..(Count / 2)];
        if (signs.SequenceEqual(wanted))
            return;
        for (int neuron = 0; neuron < signs.Length; neuron++)
            HasGrown |= (signs[neuron] & ~(wanted.Length == 0 ? MissingSigns.None : wanted[neuron])) != 0;
        wanted = signs.ToArray();
        int[] list = [.. Enumerable.Range(0, Count).Where(
            signTarget => (wanted[signTarget / 2] & (signTarget % 2 == 0 ? MissingSigns.Above : MissingSigns.Below)) != 0)];
        wantedCount = list.Length;
        layerWants = [.. Enumerable.Range(0, widths.Length).Select(
            layer => layer == 0 ? 0 : wanted[offsets[layer - 1]..offsets[layer]].Count(static w => w != MissingSigns.None))];
        Deepest = Array.FindLastIndex(layerWants, static count => count > 0);
        Deepest = Math.Max(Deepest, 0);
        if (Deepest == 0)
            return;
        int first = offsets[Deepest - 1];
        int[] rows = [.. Enumerable.Range(0, widths[Deepest]).Where(row => wanted[first + row] != MissingSigns.None)];
        deepestRows = rows.Length;
        rowsOfDeepest.SubView(0, rows.Length).CopyFromCPU(rows);
        Wanted.CopyFromCPU(list);
    }

    /// <summary>The number of a layer's first neuron.</summary>
    /// <param name="layer">1-based.</param>
    public int FirstNeuron(int layer) => offsets[layer - 1];

    /// <summary>Whether any neuron of a layer is wanted.</summary>
    /// <param name="layer">1-based.</param>
    public bool HasWanted(int layer) => layerWants[layer] > 0;

    /// <summary>All rows of a layer, in order.</summary>
    /// <param name="width">Their number.</param>
    public ArrayView<int> AllRows(int width) => identity.SubView(0, width);

    /// <summary>The neurons of a layer that a pass looks at: all of them, or those that are wanted of the last.</summary>
    /// <param name="layer">1-based, at most <see cref="Deepest"/>.</param>
    public ArrayView<int> Rows(int layer) => layer < Deepest ? AllRows(widths[layer]) : rowsOfDeepest.SubView(0, deepestRows);

    /// <summary>Whether a sign target is wanted.</summary>
    public bool IsWanted(int signTarget) => (wanted[signTarget / 2] & (signTarget % 2 == 0 ? MissingSigns.Above : MissingSigns.Below)) != 0;

    /// <summary>Waits for the device, and returns whether there is a candidate.</summary>
    public bool HasCandidates()
    {
        var found = new int[1];
        Found.SubView(0, 1).CopyToCPU(found);
        return found[0] != 0;
    }

    /// <summary>Waits for the device, and takes its candidates.</summary>
    public void ReadCandidates(List<WitnessCandidate> candidates)
    {
        if (!HasCandidates())
            return;
        var places = new long[Count];
        Places.SubView(0, Count).CopyToCPU(places);
        Places.MemSetToZero();
        Found.MemSetToZero();
        for (int signTarget = 0; signTarget < Count; signTarget++)
        {
            if (places[signTarget] != 0)
                candidates.Add(new(signTarget / 2, signTarget % 2 == 0, places[signTarget]));
        }
    }

    /// <summary>A sign target's last candidate.</summary>
    public ArrayView<float> KeptPoint(int signTarget) => kept.Vector((long)Count * inputs).SubView((long)signTarget * inputs, inputs);

    /// <summary>Waits for the device, and copies the values of the last pass for the signs that are wanted.</summary>
    public RankedPoint[] ReadLargest()
    {
        var values = new RankedPoint[Count];
        Largest.SubView(0, Count).CopyToCPU(values);
        return values;
    }

    /// <summary>Waits for the device, and copies all starts, a row for each sign target.</summary>
    public RankedPoint[] ReadStarts()
    {
        var values = new RankedPoint[Count * WitnessStarts.Most];
        starts.Vector(values.Length).CopyToCPU(values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();
}
