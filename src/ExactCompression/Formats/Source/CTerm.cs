using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>A term of a layer in C: a linear map as arrays and loops, by its kind.</summary>
internal abstract class CTerm
{
    /// <summary>Names the arrays.</summary>
    /// <param name="map">The map.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="number">What tells its arrays from those of other terms.</param>
    /// <param name="arrays">Writes arrays.</param>
    protected CTerm(ILinearMap map, string function, string number, CArrays arrays)
    {
        (Inputs, Outputs, Arrays, Function, Number) = (map.Input.Count, map.Output.Count, arrays, function, number);
    }

    /// <summary>Elements that it takes.</summary>
    public int Inputs { get; }

    /// <summary>Whether it adds nothing.</summary>
    public virtual bool IsZero => false;

    /// <summary>Elements that it gives.</summary>
    protected int Outputs { get; }

    /// <summary>Writes arrays.</summary>
    protected CArrays Arrays { get; }

    /// <summary>The function's name.</summary>
    protected string Function { get; }

    /// <summary>What tells its arrays from those of other terms.</summary>
    protected string Number { get; }

    /// <summary>The arrays of its weights.</summary>
    public abstract void WriteArrays();

    /// <summary>Loops over the elements <c>y[i]</c> of the layer, from the elements <c>x</c> that the term takes.</summary>
    /// <param name="begin">What the sum <c>z</c> of element <c>i</c> begins with.</param>
    /// <param name="end">What is stored of <c>z</c>.</param>
    /// <returns>The lines.</returns>
    public abstract IEnumerable<string> Loops(string begin, string end);

    /// <summary>The name of an array.</summary>
    /// <param name="letter">What kind of array it is.</param>
    protected string Name(char letter) => $"{Function}_{letter}{Number}";
}
