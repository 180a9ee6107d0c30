using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression;

/// <summary>The verdict on one hidden neuron, with its evidence.</summary>
public sealed class NeuronStability
{
    private bool isSealed;
    private TensorShape? layer;

    /// <summary>1-based hidden layer.</summary>
    public required int Layer
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>0-based neuron within its layer.</summary>
    public required int Neuron
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>0-based channel of the neuron, where its layer has rows and columns; else null.</summary>
    public int? Channel => Position(static (map, neuron) => neuron / map.Plane);

    /// <summary>0-based row of the neuron within its channel, where its layer has rows and columns; else null.</summary>
    public int? Row => Position(static (map, neuron) => neuron % map.Plane / map.Width);

    /// <summary>0-based column of the neuron within its row, where its layer has rows and columns; else null.</summary>
    public int? Column => Position(static (map, neuron) => neuron % map.Width);

    /// <summary>What the neuron does over the domain.</summary>
    public required NeuronState State
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>
    /// A proven lower bound of the pre-activation over the domain; minus infinity where none is known. In an imported table
    /// (<see cref="StabilityTable.IsImported"/>) it is what was stated there.
    /// </summary>
    public double LowerBound
    {
        get;
        init => field = Changeable(value);
    } = double.NegativeInfinity;

    /// <summary>
    /// A proven upper bound of the pre-activation over the domain; infinity where none is known. In an imported table it is what was stated
    /// there.
    /// </summary>
    public double UpperBound
    {
        get;
        init => field = Changeable(value);
    } = double.PositiveInfinity;

    /// <summary>
    /// What settled it: <c>Interval</c>, <c>Crown</c>, <c>Witness</c>, ...; empty while undetermined, or <c>against</c> a claim that a
    /// witness refutes. <c>Milp (Scip, 1e-06)</c> is a solver's claim within its tolerance, and not a proof unless <c>proven by</c>
    /// follows. <c>Imported (Crown)</c> is what a file, or a copy from another process, states, by evidence of that name.
    /// </summary>
    public string Evidence
    {
        get => Basis.ToString();
        init => Basis = Verdicts.EvidenceText.Parse(value);
    }

    /// <summary>The evidence behind <see cref="Evidence"/>.</summary>
    internal Evidence Basis
    {
        get;
        init => field = Changeable(value);
    } = Verdicts.Evidence.None;

    /// <summary>
    /// Whether the verdict is what a file, or a copy from another process, states, and no proof here has decided the neuron.
    /// </summary>
    public bool IsImported => Basis.IsImported;

    /// <summary>Whether the verdict is proven: not undetermined, not an unconfirmed solver's claim, and not imported.</summary>
    public bool IsProven => State != NeuronState.Undetermined && !Basis.IsSolverAlone && !IsImported;

    /// <summary>An input in the domain where the pre-activation is proven to be above 0, or null.</summary>
    public double[]? PositiveWitness
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>An input in the domain where the pre-activation is proven to be below 0, or null.</summary>
    public double[]? NegativeWitness
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>
    /// The verdict as a table holds it: an immutable copy. Scripts can set init-only properties, and evidence must belong to the verdict
    /// that was reached.
    /// </summary>
    /// <param name="shape">Shape of the neuron's layer.</param>
    internal NeuronStability Sealed(TensorShape shape)
    {
        if (isSealed && shape.Equals(layer))
            return this;
        var copy = (NeuronStability)MemberwiseClone();
        copy.layer = shape;
        copy.isSealed = true;
        return copy;
    }

    /// <summary>This verdict as an imported one; bounds and witnesses stay as stated.</summary>
    internal NeuronStability AsImported() =>
        State == NeuronState.Undetermined || IsImported ? this : With(State, Basis.AsImported());

    /// <summary>Another verdict on the neuron, with the same bounds and witnesses.</summary>
    /// <param name="state">The state.</param>
    /// <param name="basis">What it rests on.</param>
    internal NeuronStability With(NeuronState state, Evidence basis) => new()
    {
        Layer = Layer,
        Neuron = Neuron,
        State = state,
        LowerBound = LowerBound,
        UpperBound = UpperBound,
        Basis = basis,
        PositiveWitness = PositiveWitness,
        NegativeWitness = NegativeWitness,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Layer}:{Neuron} {State}";

    private int? Position(Func<MapShape, int, int> coordinate) =>
        layer is { Count: >= 2 } ? coordinate(MapShapes.Of(layer), Neuron) : null;

    private T Changeable<T>(T value) =>
        isSealed
            ? throw new InvalidOperationException("A verdict in a table cannot be changed: make another table of verdicts of your own.")
            : value;
}
