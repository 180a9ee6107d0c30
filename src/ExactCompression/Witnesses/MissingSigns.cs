namespace ExactCompression.Witnesses;

/// <summary>Which signs of a neuron's pre-activation a search has not seen yet.</summary>
[Flags]
public enum MissingSigns : byte
{
    /// <summary>None: nothing is searched for at this neuron.</summary>
    None = 0,

    /// <summary>A value above 0.</summary>
    Above = 1,

    /// <summary>A value below 0.</summary>
    Below = 2,

    /// <summary>Both.</summary>
    Both = Above | Below,
}
