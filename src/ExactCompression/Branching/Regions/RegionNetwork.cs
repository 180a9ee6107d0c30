using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// The part of a network that some targets depend on, over the inputs whose range has a width, for the enumeration of its linear regions.
/// Elements of all layers, the inputs first, have places in one order. Inputs are measured from their lower ends.
/// </summary>
internal sealed class RegionNetwork
{
    private readonly LoweredGraph graph;
    private readonly double[] lower;

    private RegionNetwork(VerdictLedger ledger, SignTarget[] targets, int[] inputs, IReadOnlyList<int> values)
    {
        (graph, Inputs) = (ledger.Graph, inputs);
        InputDomain domain = ledger.Domain.For(graph.Input.Count);
        lower = domain.Lower.ToArray();
        double[] upper = domain.Upper.ToArray();
        Widths = [.. inputs.Select(k => (Dyadic)upper[k] - lower[k])];
        UpperEnds = [.. inputs.Select(k => upper[k])];
        Targets = targets;
        Stride = inputs.Length < 4 ? 4 : 8;
        var placeOf = new int[graph.Layers.Count + 1];
        int places = graph.Input.Count;
        foreach (int value in values)
        {
            placeOf[value] = places;
            places += graph.Layers[value - 1].Width;
        }

        Elements = places;
        var isZero = new bool[places];
        var layers = new List<RegionLayer>();
        RegionPhase[][] phases = Phases(ledger, values);
        foreach ((int value, RegionPhase[] own) in values.Zip(phases))
        {
            layers.Add(new(graph.Layers[value - 1], value, graph.NumberOf(value), placeOf[value], own, placeOf, p => isZero[p]));
            for (int i = 0; i < own.Length && graph.NumberOf(value) is > 0 and var number; i++)
                isZero[placeOf[value] + i] = ledger.Upper[ledger.Offsets[number - 1] + i] <= 0;
        }

        Layers = layers;
        TargetsOf = [.. layers.Select(l => (RegionTarget[])[.. targets.Select((t, id) => (t, id))
            .Where(p => l.IsRectifier && ledger.Place(p.t.Index).Layer == l.Number)
            .Select(p => new RegionTarget(p.id, ledger.Place(p.t.Index).Neuron, p.t.Above))])];
        IsOpen = new bool[targets.Length];
        Array.Fill(IsOpen, true);
    }

    /// <summary>The inputs whose range has a width.</summary>
    public int[] Inputs { get; }

    /// <summary>The widths of their ranges.</summary>
    public Dyadic[] Widths { get; }

    /// <summary>The upper ends of their ranges.</summary>
    public double[] UpperEnds { get; }

    /// <summary>Numbers that an affine function takes: its coefficients, the constant, then zeros up to the length of a vector.</summary>
    public int Stride { get; }

    /// <summary>The number of elements, the network's inputs among them.</summary>
    public int Elements { get; }

    /// <summary>The layers, each after those that it takes.</summary>
    public IReadOnlyList<RegionLayer> Layers { get; }

    /// <summary>The targets.</summary>
    public SignTarget[] Targets { get; }

    /// <summary>The targets in each layer.</summary>
    public RegionTarget[][] TargetsOf { get; }

    /// <summary>Whether each target is still to be decided. Changes only while no thread reads it.</summary>
    public bool[] IsOpen { get; }

    /// <summary>The place in <see cref="Layers"/> of the last layer with an open target; -1 where there is none.</summary>
    public int Deepest { get; private set; }

    /// <summary>The inputs whose range has a width.</summary>
    /// <param name="ledger">The network and its domain.</param>
    public static int[] InputsOf(VerdictLedger ledger) => ledger.Domain.For(ledger.Graph.Input.Count).VaryingInputs();

    /// <summary>Prepares the enumeration for some targets.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="mostInputs">The most inputs whose range has a width.</param>
    /// <param name="mostElements">The most elements.</param>
    /// <returns>Null where there are more, where weights are known only up to a radius, or where there are smooth functions.</returns>
    public static RegionNetwork? Of(VerdictLedger ledger, SignTarget[] targets, int mostInputs, int mostElements)
    {
        LoweredGraph graph = ledger.Graph;
        int[] inputs = InputsOf(ledger);
        if (inputs.Length > mostInputs || targets.Length == 0)
            return null;
        var order = new ForwardOrder(graph, targets.Select(t => graph.ValueOf(ledger.Place(t.Index).Layer)).Distinct());
        bool isExact = order.Values.All(v => graph.Layers[v - 1] is { IsExact: true, Smooth: null } layer
            && layer.IsRectifier == (graph.NumberOf(v) > 0));
        if (!isExact || order.Values.Sum(v => (long)graph.Layers[v - 1].Width) > mostElements)
            return null;
        var network = new RegionNetwork(ledger, targets, inputs, order.Values);
        network.Update(ledger);
        return network;
    }

    /// <summary>The lower end of an input, by its place.</summary>
    public double LowerOf(int input) => lower[input];

    /// <summary>The width of the range of one of <see cref="Inputs"/>, rounded.</summary>
    public double WidthOf(int k) => UpperEnds[k] - lower[Inputs[k]];

    /// <summary>A point of the network's domain from one of the box, which is measured from the lower ends.</summary>
    /// <param name="point">A coordinate for each of <see cref="Inputs"/>.</param>
    public double[] ToInput(ReadOnlySpan<double> point)
    {
        double[] input = [.. lower];
        for (int k = 0; k < Inputs.Length; k++)
            input[Inputs[k]] = Math.Clamp(lower[Inputs[k]] + point[k], lower[Inputs[k]], UpperEnds[k]);
        return input;
    }

    /// <summary>
    /// Closes the targets that have been decided, and marks as unread the elements that no open target depends on. Not while threads read.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    public void Update(VerdictLedger ledger)
    {
        for (int t = 0; t < Targets.Length; t++)
            IsOpen[t] &= ledger.NeedsWitness(Targets[t].Index, Targets[t].Above);
        var isRead = new bool[Elements];
        Deepest = -1;
        for (int l = Layers.Count - 1; l >= 0; l--)
        {
            RegionLayer layer = Layers[l];
            foreach (RegionTarget target in TargetsOf[l])
            {
                isRead[layer.First + target.Element] |= IsOpen[target.Id];
                if (IsOpen[target.Id])
                    Deepest = Math.Max(Deepest, l);
            }

            for (int i = 0; i < layer.Width; i++)
            {
                if (!isRead[layer.First + i])
                    layer.Phases[i] = RegionPhase.Unread;
                else
                {
                    foreach (int column in layer.ColumnsOf(i))
                        isRead[column] = true;
                }
            }
        }
    }

    /// <summary>
    /// What is known of the elements of some values. The elements of targets count as read even where they are 0 everywhere: a row that is
    /// not read has no entries.
    /// </summary>
    private static RegionPhase[][] Phases(VerdictLedger ledger, IReadOnlyList<int> values)
    {
        RegionPhase PhaseOf(int number, int element)
        {
            int index = number > 0 ? ledger.Offsets[number - 1] + element : -1;
            return index < 0 || ledger.Lower[index] >= 0 ? RegionPhase.On : RegionPhase.Open;
        }

        return [.. values.Select(value => (RegionPhase[])[.. Enumerable.Range(0, ledger.Graph.Layers[value - 1].Width)
            .Select(i => PhaseOf(ledger.Graph.NumberOf(value), i))])];
    }
}

/// <summary>A neuron whose largest or smallest value is in question.</summary>
/// <param name="Id">Its place in <see cref="RegionNetwork.Targets"/>.</param>
/// <param name="Element">0-based element of its layer.</param>
/// <param name="Above">Whether the question is if it is ever above 0, else below.</param>
internal readonly record struct RegionTarget(int Id, int Element, bool Above);
