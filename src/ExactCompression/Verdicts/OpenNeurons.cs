using ExactCompression.Networks;

namespace ExactCompression.Verdicts;

/// <summary>The state of every hidden neuron, and which of the neurons in scope are still open.</summary>
internal sealed class OpenNeurons
{
    private readonly NeuronLayout layout;
    private readonly NeuronState[] states;
    private readonly Func<int, bool> scope;

    /// <summary>Starts with no neuron decided.</summary>
    /// <param name="layout">The neurons.</param>
    /// <param name="scope">The neurons to decide, by their index.</param>
    public OpenNeurons(NeuronLayout layout, Func<int, bool> scope)
    {
        this.layout = layout;
        this.scope = scope;
        states = new NeuronState[layout.Count];
        Open = Enumerable.Range(0, states.Length).Count(scope);
    }

    /// <summary>How many are open.</summary>
    public int Open { get; private set; }

    /// <summary>A neuron's state.</summary>
    /// <param name="index">The neuron's index.</param>
    public NeuronState this[int index]
    {
        get => states[index];
        set
        {
            Open -= IsOpen(index) ? 1 : 0;
            states[index] = value;
            Open += IsOpen(index) ? 1 : 0;
        }
    }

    /// <summary>Whether a neuron is in scope and undetermined.</summary>
    /// <param name="index">The neuron's index.</param>
    public bool IsOpen(int index) => states[index] == NeuronState.Undetermined && scope(index);

    /// <summary>Whether a layer has open neurons.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    public bool HasOpen(int layer)
    {
        (int first, int count) = layout.Of(layer).GetOffsetAndLength(states.Length);
        return Enumerable.Range(first, count).Any(IsOpen);
    }

    /// <summary>The last hidden layer with open neurons; 0 where there is none.</summary>
    public int Deepest()
    {
        int last = states.Length - 1;
        while (last >= 0 && !IsOpen(last))
            last--;
        return last < 0 ? 0 : layout.Place(last).Layer;
    }
}
