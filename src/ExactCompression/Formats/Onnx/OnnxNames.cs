namespace ExactCompression.Formats.Onnx;

/// <summary>The shortest names there are: <c>a</c> to <c>z</c>, then <c>aa</c>, <c>ba</c> and so on; none is used twice.</summary>
/// <param name="taken">Names that stand for something else already.</param>
internal sealed class OnnxNames(params string[] taken)
{
    private const int Letters = 26;

    private int given;

    /// <summary>The next name.</summary>
    public string Next()
    {
        string name;
        do
        {
            name = "";
            for (int rest = ++given; rest > 0; rest = (rest - 1) / Letters)
                name += (char)('a' + ((rest - 1) % Letters));
        }
        while (taken.Contains(name));
        return name;
    }
}
