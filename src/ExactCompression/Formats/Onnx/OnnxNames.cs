namespace ExactCompression.Formats.Onnx;

/// <summary>The shortest names there are: <c>a</c> to <c>z</c>, then <c>aa</c>, <c>ba</c> and so on; none is used twice.</summary>
internal sealed class OnnxNames
{
    private const int Letters = 26;

    private int given;

    /// <summary>The next name.</summary>
    public string Next()
    {
        string name = "";
        for (int rest = ++given; rest > 0; rest = (rest - 1) / Letters)
            name += (char)('a' + ((rest - 1) % Letters));
        return name;
    }
}
