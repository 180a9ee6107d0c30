namespace ExactCompression.Tests.Formats;

/// <summary>Modules as PyTorch pickles them whole, with the attributes that PyTorch gives them, and random weights.</summary>
internal sealed class TorchNet(int seed = 1)
{
    private const string Modules = "torch.nn.modules.";

    private readonly Random random = new(seed);

    public TorchFile File { get; } = new();

    public static byte[] True => [0x88];

    public static byte[] False => [0x89];

    /// <summary>The weights of the last module that has some, in their order.</summary>
    public List<float[]> Weights { get; } = [];

    public static byte[] Sequential(params byte[][] modules) => TorchFile.Module(
        Modules + "container", "Sequential", ("training", False), ("_parameters", TorchFile.Dict()),
        ("_modules", TorchFile.Dict([.. modules.Select(static (m, i) => ($"{i}", m))])));

    /// <summary>A module without weights.</summary>
    public static byte[] Plain(string module, string name, params (string Key, byte[] Value)[] attributes) => TorchFile.Module(
        Modules + module, name,
        [("training", False), ("_parameters", TorchFile.Dict()), ("_buffers", TorchFile.Dict()), ("_modules", TorchFile.Dict()),
            .. attributes]);

    public static byte[] Activation(string name, params (string Key, byte[] Value)[] attributes) => Plain("activation", name, attributes);

    public static byte[] Flatten(int start = 1, int end = -1) =>
        Plain("flatten", "Flatten", ("start_dim", TorchFile.Number(start)), ("end_dim", TorchFile.Number(end)));

    public static byte[] Pool(string name, params (string Key, byte[] Value)[] attributes) => Plain("pooling", name, attributes);

    public static byte[] Numbers(params int[] values) => TorchFile.Tuple([.. values.Select(TorchFile.Number)]);

    public static byte[] Real(double value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        Array.Reverse(bytes);
        return [(byte)'G', .. bytes];
    }

    public byte[] Linear(int inputs, int outputs, bool bias = true) => Weighted(
        "linear", "Linear", [("weight", [outputs, inputs]), ("bias", bias ? [outputs] : null)], [],
        ("in_features", TorchFile.Number(inputs)), ("out_features", TorchFile.Number(outputs)));

    /// <summary>A convolution over as many axes as the kernel has.</summary>
    public byte[] Convolution(
        int inputs, int outputs, int[] kernel, int[] stride, byte[] padding, int[] dilation, int groups, bool bias = true) =>
        Weighted(
            "conv", $"Conv{kernel.Length}d", [("weight", [outputs, inputs / groups, .. kernel]), ("bias", bias ? [outputs] : null)], [],
            ("in_channels", TorchFile.Number(inputs)), ("out_channels", TorchFile.Number(outputs)), ("kernel_size", Numbers(kernel)),
            ("stride", Numbers(stride)), ("padding", padding), ("dilation", Numbers(dilation)), ("transposed", False),
            ("output_padding", Numbers([.. kernel.Select(static _ => 0)])), ("groups", TorchFile.Number(groups)),
            ("padding_mode", TorchFile.Text("zeros")));

    public byte[] BatchNorm(int axes, int channels, double epsilon = 1e-5) => Weighted(
        "batchnorm", $"BatchNorm{axes}d", [("weight", [channels]), ("bias", [channels])],
        [("running_mean", [channels]), ("running_var", [channels])],
        ("num_features", TorchFile.Number(channels)), ("eps", Real(epsilon)), ("momentum", Real(0.1)), ("affine", True),
        ("track_running_stats", True));

    public byte[] PRelu(int count) =>
        Weighted("activation", "PReLU", [("weight", [count])], [], ("num_parameters", TorchFile.Number(count)));

    private byte[] Weighted(
        string module, string name, (string Name, int[]? Shape)[] parameters, (string Name, int[] Shape)[] buffers,
        params (string Key, byte[] Value)[] attributes)
    {
        Weights.Clear();
        byte[] Tensor(string tensor, int[]? shape)
        {
            if (shape is null)
                return TorchFile.None;
            float least = tensor == "running_var" ? 0.25f : -1;
            int count = shape.Aggregate(1, static (n, d) => n * d);
            float[] values = [.. Enumerable.Range(0, count).Select(_ => least + (random.NextSingle() * 2))];
            Weights.Add(values);
            return File.Tensor(shape, values);
        }

        return TorchFile.Module(
            Modules + module, name,
            [("training", True), ("_parameters", TorchFile.Dict([.. parameters.Select(p => (p.Name, Tensor(p.Name, p.Shape)))])),
                ("_buffers", TorchFile.Dict([.. buffers.Select(b => (b.Name, Tensor(b.Name, b.Shape)))])), ("_modules", TorchFile.Dict()),
                .. attributes]);
    }
}
